package dev.tenon.experiments;

import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;

/**
 * Symmetric rounding to evenly spaced levels, {@code r ~ S q} with {@code S = max|r| / (2^(bits − 1) − 1)} and {@code q} a
 * whole number, worked out value by value in Java.
 *
 * @param group inputs of a row that share a scale; {@link #CHANNEL} all of them, {@link #TENSOR} the whole matrix
 */
record Rounding(int bits, int group) {
    static final int CHANNEL = 0;
    static final int TENSOR = -1;

    /** A matrix {@code [out, in]} as it is after rounding. */
    float[] rounded(float[] values, int in) {
        int shared = switch (group) {
            case TENSOR -> values.length;
            case CHANNEL -> in;
            default -> group;
        };
        int levels = (1 << (bits - 1)) - 1;
        var rounded = new float[values.length];
        for (int row = 0; row < values.length; row += shared == values.length ? shared : in) {
            int end = shared == values.length ? shared : row + in;
            for (int from = row; from < end; from += shared) {
                int to = Math.min(end, from + shared);
                float largest = 0;
                for (int i = from; i < to; i++) {
                    largest = Math.max(largest, Math.abs(values[i]));
                }
                float scale = largest == 0 ? 1 : largest / levels;
                for (int i = from; i < to; i++) {
                    rounded[i] = scale * Math.round(values[i] / scale);
                }
            }
        }
        return rounded;
    }

    /** What rounding adds to a matrix {@code [out, in]}; no gradient flows through it. */
    Tensor error(Tensor matrix) {
        float[] values = matrix.detach().toFloats();
        float[] rounded = rounded(values, (int) matrix.size(1));
        for (int i = 0; i < values.length; i++) {
            rounded[i] -= values[i];
        }
        return Tensors.of(rounded, matrix.shape());
    }
}
