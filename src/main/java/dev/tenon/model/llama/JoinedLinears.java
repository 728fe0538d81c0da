package dev.tenon.model.llama;

import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers of one input. Where their matrices are dense they lie one below the other, so that one product serves
 * all of them.
 *
 * @param sites whose weights and biases are parts of the next two
 * @param weight {@code [outs, in]}; null where the matrices are kept in another form
 * @param bias {@code [outs]}, or null
 */
record JoinedLinears(
        List<LinearSite> sites,
        @Nullable Tensor weight,
        @Nullable Tensor bias) {}
