package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a bottleneck {@code a(x) = act(x Dᵀ + d) Uᵀ + u}, float32.
 *
 * @param down {@code D [width, in]}
 * @param downBias {@code d [width]}, or null
 * @param up {@code U [out, width]}
 * @param upBias {@code u [out]}, or null
 * @param activation what the kernel {@code activated} knows it by; all of them leave zero at zero
 */
public record NarrowNetwork(
        Tensor down,
        @Nullable Tensor downBias,
        Tensor up,
        @Nullable Tensor upBias,
        int activation) {
    public int width() {
        return (int) down.size(0);
    }
}
