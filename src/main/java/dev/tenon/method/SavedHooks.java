package dev.tenon.method;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Tensor;

/** Hooks of an adapter that trains some modules whole ({@link SavedModules}) beside what its method adds. */
public interface SavedHooks extends Hooks {
    /** The tensors of the modules that are trained whole. */
    OwnTensors saved();

    @Override
    default boolean replaces(LinearSite site) {
        return saved().owns(site.path());
    }

    @Override
    default Tensor linear(LinearSite site, Tensor x) {
        return saved().owns(site.path()) ? saved().linear(site, x) : Hooks.super.linear(site, x);
    }

    @Override
    default Tensor norm(NormSite site, Tensor x) {
        return saved().norm(site, x);
    }

    @Override
    default Tensor embedding(EmbeddingSite site, Tensor ids) {
        return saved().embedding(site, ids);
    }
}
