package dev.tenon.method.lora;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Map;

/** One LoRA adapter at the sites of its model. */
record LoraHooks(LoraAdapter adapter) implements Hooks {
    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        Tensor weight = adapter.ownWeight(site.path());
        Tensor bias = adapter.ownBias(site.path());
        if (weight == null && bias == null) {
            return linearOutput(site, x, site.base(x));
        }
        Tensor matrix = weight != null ? weight : site.weight();
        Tensor offset = bias != null ? bias : site.bias();
        return linearOutput(site, x, Kernels.call("own_linear", x, matrix, offset));
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        LowRankPair pair = adapter.pairs().get(site.path());
        return pair == null
                ? y
                : Kernels.call("add_low_rank", y, x, pair.a(), pair.b(), pair.scale(), adapter.dropout());
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
        return pair == null
                ? site.base(ids)
                : Kernels.call("low_rank_embedding", ids, site.weight(), pair.a(), pair.b(), pair.scale());
    }

    @Override
    public Map<String, LowRankPair> lowRankOnly() {
        boolean plain = adapter.embeddings().isEmpty() && adapter.whole().isEmpty() && adapter.dropout() == 0;
        return plain ? adapter.pairs() : Map.of();
    }
}
