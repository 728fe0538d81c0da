package dev.tenon.model;

import dev.tenon.model.ChannelPlace.Role;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
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

    /** The vectors of {@link #with}; null is what the norm has anyway. A root-mean-square norm adds its bias like a shift. */
    public Map<ChannelPlace, Tensor> vectors(@Nullable Tensor otherWeight, @Nullable Tensor otherBias) {
        var vectors = new HashMap<ChannelPlace, Tensor>();
        if (otherWeight != null) {
            vectors.put(new ChannelPlace(path, Role.WEIGHT), rounded(otherWeight));
        }
        if (otherBias != null) {
            var role = kind == Kind.LAYER ? Role.BIAS : Role.SHIFT;
            vectors.put(new ChannelPlace(path, role), rounded(otherBias));
        }
        return vectors;
    }

    private Tensor rounded(Tensor vector) {
        return vector.to(weight.dtype()).to(DType.F32);
    }
}
