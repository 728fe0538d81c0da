package dev.tenon.serving.engine;

import dev.tenon.model.ChannelPlace.Role;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/**
 * The vectors of many adapters over a batch, in as many operations whatever their number: tokens of others take the row that leaves
 * them as they are, exactly, since {@code 1 · x} and {@code x + 0} are.
 *
 * @param rows of the stack {@code [part]}, one for each token from {@code first} on up to the last one that has an adapter
 */
record ChannelHooks(ChannelStack stack, Tensor rows, int first) implements Hooks {
    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        int scale = stack.column(site.path(), Role.INPUT);
        return scale < 0 ? x : Kernels.call("scale_inputs", x, stack.values(), rows, first, scale);
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return changed(site.path(), y);
    }

    private Tensor changed(String path, Tensor y) {
        int scale = stack.column(path, Role.OUTPUT);
        int shift = stack.column(path, Role.SHIFT);
        if (scale >= 0 || shift >= 0) {
            Kernels.callNothing("change_outputs", y, stack.values(), rows, first, scale, shift);
        }
        return y;
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return changed(site.path(), normalised(site, x));
    }

    private Tensor normalised(NormSite site, Tensor x) {
        int weight = stack.column(site.path(), Role.WEIGHT);
        if (weight < 0) {
            return site.base(x);
        }
        if (rows.size(0) == x.size(0)) {
            return own(site, weight, x);
        }
        Tensor y = site.base(x);
        long end = first + rows.size(0);
        y.slice(0, first, end).copyFrom(own(site, weight, x.slice(0, first, end)));
        return y;
    }

    private Tensor own(NormSite site, int weight, Tensor x) {
        return site.kind() == NormSite.Kind.LAYER
                ? Kernels.call(
                        "layer_norms",
                        x,
                        stack.values(),
                        rows,
                        weight,
                        stack.column(site.path(), Role.BIAS),
                        site.epsilon())
                : Kernels.call("rms_norms", x, stack.values(), rows, weight, site.epsilon());
    }
}
