package dev.tenon.method.lora;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One LoRA adapter at the sites of its model. */
record LoraHooks(LoraAdapter adapter) implements Hooks {
    @Override
    public boolean replaces(LinearSite site) {
        return adapter.ownWeight(site.path()) != null || adapter.ownBias(site.path()) != null || adapter.dropout() > 0;
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        return linearOutput(site, x, frozen(site, x));
    }

    /** The layer below a pair, with what is trained of it whole. */
    private Tensor frozen(LinearSite site, Tensor x) {
        Tensor weight = adapter.ownWeight(site.path());
        if (weight != null) {
            return Kernels.call("own_linear", x, weight, bias(site));
        }
        Tensor bias = adapter.ownBias(site.path());
        return bias == null ? site.base(x) : site.matrix().product(x, bias.to(x.dtype()));
    }

    private @Nullable Tensor bias(LinearSite site) {
        Tensor own = adapter.ownBias(site.path());
        return own != null ? own : site.bias();
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        LowRankPair pair = adapter.pairs().get(site.path());
        if (pair == null) {
            return y;
        }
        Tensor factor = adapter.factor(site.path());
        if (factor != null && adapter.dropout() > 0) {
            Tensor dropped = Kernels.call("drop", x, adapter.dropout());
            Tensor below = pair.withoutStart(frozen(site, dropped), dropped);
            Tensor rest = pair.withoutStart(y, x);
            return Kernels.call(
                    "rescale_dropped", rest, below, bias(site), dropped, pair.a(), pair.b(), pair.scale(), factor);
        }
        Tensor sum = pair.addTo(y, x, adapter.dropout());
        return factor == null ? sum : Kernels.call("rescale", sum, bias(site), factor);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        Tensor weight = adapter.ownWeight(site.path());
        Tensor bias = adapter.ownBias(site.path());
        if (weight == null && bias == null) {
            return site.base(x);
        }
        return site.with(x, weight != null ? weight : site.weight(), bias != null ? bias : site.bias());
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        Tensor own = adapter.ownWeight(site.path());
        if (own != null) {
            return Kernels.call("embed", ids, own).to(site.weight().dtype());
        }
        LowRankPair pair = adapter.embeddings().get(site.path());
        if (pair == null) {
            return site.base(ids);
        }
        Tensor sum = Kernels.call("low_rank_embedding", ids, site.weight(), pair.a(), pair.b(), pair.scale());
        Tensor factor = adapter.factor(site.path());
        return factor == null ? sum : Kernels.call("rescale", sum, null, factor);
    }

    @Override
    public Map<String, LowRankPair> lowRankOnly() {
        return adapter instanceof SummandLora && adapter.dropout() == 0 ? adapter.pairs() : Map.of();
    }
}
