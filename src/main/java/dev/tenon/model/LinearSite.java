package dev.tenon.model;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code y = x Wᵀ + b}.
 *
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}, or null
 */
public record LinearSite(
        String path,
        int layer,
        int in,
        int out,
        Tensor weight,
        @Nullable Tensor bias) implements Site {
    /** The frozen computation: {@code [tokens, in]} to {@code [tokens, out]}. */
    public Tensor base(Tensor x) {
        return bias == null ? Kernels.call("linear", x, weight) : Kernels.call("linear_bias", x, weight, bias);
    }
}
