package dev.tenon.method;

import dev.tenon.model.NarrowNetwork;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A narrow two-layer network {@code a(x) = s · (act(x Dᵀ + d) Uᵀ + u)} (Houlsby et al. 2019), computed in the type of
 * {@code x}; its tensors are float32.
 *
 * @param down {@code D [width, in]}
 * @param downBias {@code d [width]}, or null
 * @param up {@code U [out, width]}
 * @param upBias {@code u [out]}, or null
 * @param scale the constant part of s
 * @param learnedScale the learned factor {@code [1]} of s, or null
 */
public record Bottleneck(
        Tensor down,
        @Nullable Tensor downBias,
        Tensor up,
        @Nullable Tensor upBias,
        Activation activation,
        double scale,
        @Nullable Tensor learnedScale) {

    /** The same without a scale, which is a part of the last layer. */
    public NarrowNetwork network() {
        return new NarrowNetwork(down, downBias, scaled(up), upBias == null ? null : scaled(upBias), activation.code());
    }

    private Tensor scaled(Tensor values) {
        Tensor constant = scale == 1 ? values : values.mul(scale);
        return learnedScale == null ? constant : constant.mul(learnedScale);
    }

    /**
     * {@code [tokens, in]} to {@code [tokens, out]}.
     *
     * @param dropout the part of the inputs that is dropped
     */
    public Tensor apply(Tensor x, double dropout) {
        return Kernels.call(
                "bottleneck", x, down, downBias, up, upBias, activation.code(), scale, learnedScale, dropout);
    }
}
