package dev.tenon.method;

import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Set;

/** An adapter that does nothing but add something to the outputs of linear layers, so that several can be summed. */
public interface Composable extends Adapter {
    /** Paths of the linear layers to whose outputs it adds. */
    Set<String> updatedModules();

    /** What it adds to the output of a layer fed with {@code x [tokens, in]}: {@code [tokens, out]}. */
    Tensor update(LinearSite site, Tensor x);

    /** Adds that, {@code weight} times, to {@code y [tokens, out]}, whose memory may be used. */
    default Tensor addUpdate(LinearSite site, Tensor x, Tensor y, double weight) {
        return Kernels.call("add_weighted", y, update(site, x), weight);
    }
}
