package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;

/**
 * The sixteen levels of nf4, between −1 and 1 with an exact zero (Dettmers et al. 2023, QLoRA, appendix E): means of
 * neighbouring quantiles of a normal distribution, eight on the left of zero and nine on its right with zero in both.
 */
final class NormalLevels {
    private static final float[] LEVELS = {
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f
    };
    private static final int BYTES = 256;

    private NormalLevels() {}

    static float[] levels() {
        return LEVELS.clone();
    }

    /** Between which a value is nearest to which level, {@code [15]} in float. */
    static Tensor boundaries(Device device) {
        var middles = new float[LEVELS.length - 1];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = (LEVELS[i] + LEVELS[i + 1]) / 2;
        }
        return Tensors.of(middles, middles.length).to(device);
    }

    /** The levels of the upper and the lower half of every byte, {@code [256, 2]}. */
    static Tensor pairs(Device device, DType type) {
        var pairs = new float[2 * BYTES];
        for (int i = 0; i < BYTES; i++) {
            pairs[2 * i] = LEVELS[i / LEVELS.length];
            pairs[2 * i + 1] = LEVELS[i % LEVELS.length];
        }
        return Tensors.of(pairs, BYTES, 2).to(device).to(type).copy();
    }
}
