package dev.tenon.model;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A norm over the width of every token.
 *
 * @param weight {@code [hidden]}
 * @param bias {@code [hidden]}, or null; a root-mean-square norm has none
 */
public record NormSite(
        String path, int layer, Tensor weight, @Nullable Tensor bias, double epsilon, Kind kind) implements Site {
    /** How a token is normalised. */
    public enum Kind {
        /** {@code w · x / sqrt(mean(x²) + ε)} (Zhang and Sennrich 2019). */
        ROOT_MEAN_SQUARE,
        /** {@code w · (x − mean(x)) / sqrt(var(x) + ε) + b} (Ba et al. 2016). */
        LAYER
    }

    /** The frozen computation, shape unchanged. */
    public Tensor base(Tensor x) {
        return kind == Kind.LAYER
                ? Kernels.call("layer_norm", x, weight, bias, epsilon)
                : Kernels.call("rms_norm", x, weight, epsilon);
    }

    /**
     * The same norm with another weight and bias {@code [hidden]}, which may be float32 whatever {@code x} is; a bias may
     * be new to it.
     */
    public Tensor with(Tensor x, Tensor otherWeight, @Nullable Tensor otherBias) {
        if (kind == Kind.LAYER) {
            return Kernels.call("layer_norm", x, otherWeight, otherBias, epsilon);
        }
        Tensor y = Kernels.call("rms_norm", x, otherWeight.to(x.dtype()), epsilon);
        return otherBias == null ? y : y.add(otherBias.to(x.dtype()));
    }
}
