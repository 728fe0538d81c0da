package dev.tenon.model.llama;

import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers of one input whose matrices lie one below the other, so that one product serves all of them.
 *
 * @param sites whose weights and biases are parts of the next two
 * @param weight {@code [outs, in]}
 * @param bias {@code [outs]}, or null
 */
record JoinedLinears(
        List<LinearSite> sites, Tensor weight, @Nullable Tensor bias) {}
