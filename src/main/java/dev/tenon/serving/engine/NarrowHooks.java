package dev.tenon.serving.engine;

import dev.tenon.model.BottleneckPlace;
import dev.tenon.model.BottleneckPlace.Role;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** The bottlenecks of many adapters over a batch: the operations at a place are as many as their forms, not as the adapters. */
record NarrowHooks(List<Part> parts) implements Hooks {
    /** Adapters of one form with their tokens. */
    record Part(NarrowStack stack, List<SlotTokens> tokens) {}

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        var place = new BottleneckPlace(site.path(), Role.BEFORE_LINEAR);
        // x goes to others too
        return parts.stream().allMatch(part -> part.stack().at(place) == null) ? x : added(place, x, x.copy());
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        added(new BottleneckPlace(site.path(), Role.AFTER_LINEAR), y, y);
        return added(new BottleneckPlace(site.path(), Role.BESIDE_LINEAR), x, y);
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        added(new BottleneckPlace(site.path(), Role.AFTER_PART), output, output);
        return added(new BottleneckPlace(site.path(), Role.BESIDE_PART), input, output);
    }

    @Override
    public Tensor residual(BranchSite site, Tensor x) {
        return added(new BottleneckPlace(site.path(), Role.ON_STREAM), x, x);
    }

    /** Adds to {@code y [tokens, out]}, in place, what the bottlenecks make of {@code x [tokens, in]}. */
    private Tensor added(BottleneckPlace place, Tensor x, Tensor y) {
        for (var part : parts) {
            var layers = part.stack().at(place);
            if (layers != null) {
                part.tokens().forEach(tokens -> add(layers, tokens, x, y));
            }
        }
        return y;
    }

    private static void add(NarrowStack.Layers layers, SlotTokens lanes, Tensor x, Tensor y) {
        Kernels.callNothing(
                "add_bottlenecks",
                y,
                x,
                layers.down(),
                layers.up(),
                layers.downBias(),
                layers.upBias(),
                layers.activation(),
                lanes.first(),
                lanes.lanes(),
                lanes.slots(),
                lanes.gather(),
                lanes.tokens(),
                lanes.back());
    }
}
