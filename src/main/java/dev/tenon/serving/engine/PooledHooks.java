package dev.tenon.serving.engine;

import dev.tenon.model.BranchSite;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** A batch with rows of pooled adapters among others. */
record PooledHooks(Hooks others, List<PooledUpdate> updates) implements Hooks {
    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        Tensor y = others.linear(site, x);
        for (PooledUpdate update : updates) {
            update.addTo(y, site, x);
        }
        return y;
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return others.norm(site, x);
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        return others.embedding(site, ids);
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        return others.branch(site, input, output);
    }

    @Override
    public Tensor residual(BranchSite site, Tensor x) {
        return others.residual(site, x);
    }

    @Override
    public Tensor output(OutputSite site, Tensor hidden) {
        return others.output(site, hidden);
    }
}
