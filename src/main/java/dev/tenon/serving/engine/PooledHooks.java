package dev.tenon.serving.engine;

import dev.tenon.model.BranchSite;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch with rows of low-rank adapters among others.
 *
 * @param others what happens beside the updates
 */
record PooledHooks(Hooks others, List<Part> parts) implements Hooks {
    /** Tokens that are updated together; exactly one of the first two is there. */
    record Part(RankUpdates.@Nullable Lanes lanes, RankUpdates.@Nullable Run run, RankLayout layout) {
        static Part of(RankUpdates.Lanes lanes, RankLayout layout) {
            return new Part(lanes, null, layout);
        }

        static Part of(RankUpdates.Run run, RankLayout layout) {
            return new Part(null, run, layout);
        }

        /** Adds to {@code y [tokens, out]}, in place, what the adapters make of {@code x [tokens, in]} at one layer. */
        void addTo(Tensor y, LinearSite site, Tensor x) {
            var place = layout.places().get(site.path());
            if (place != null && lanes != null) {
                Kernels.callNothing("add_site_ranks", y, x, lanes.views(), lanes.place(), place.numbers());
            } else if (place != null && run != null) {
                long[] tokens = {run.start(), run.count(), 0};
                Kernels.callNothing("add_site_ranks", y, x, run.views().get(), tokens, place.numbers());
            }
        }
    }

    @Override
    public @Nullable RankUpdates updatesOnly() {
        if (others != Hooks.NONE
                || parts.stream().anyMatch(part -> part.layout().outside())) {
            return null;
        }
        return new RankUpdates(
                parts.stream()
                        .map(Part::lanes)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                parts.stream().map(Part::run).filter(Objects::nonNull).toList());
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        Tensor y = others.linear(site, x);
        for (Part part : parts) {
            part.addTo(y, site, x);
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
