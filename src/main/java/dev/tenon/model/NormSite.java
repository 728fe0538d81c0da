package dev.tenon.model;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/**
 * A root-mean-square norm (Zhang and Sennrich 2019): {@code w · x / sqrt(mean(x²) + ε)}.
 *
 * @param weight {@code [hidden]}
 */
public record NormSite(String path, int layer, Tensor weight, double epsilon) implements Site {
    /** The frozen computation, shape unchanged. */
    public Tensor base(Tensor x) {
        return Kernels.call("rms_norm", x, weight, epsilon);
    }
}
