package dev.tenon.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounding in place: half a step of error, odd, zero for zero, and a gradient that goes straight through. */
class RoundingTest {
    private static final int OUT = 6;
    private static final int IN = 8;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static float[] values() {
        var random = new Random(3);
        var values = new float[OUT * IN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        values[5] = 0;
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void noErrorIsAboveHalfAStepAndSignsAreMirrored(int bits) {
        float[] values = values();
        var mirrored = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            mirrored[i] = -values[i];
        }
        for (int group : new int[] {Rounding.TENSOR, Rounding.CHANNEL, 4}) {
            float[] rounded = new Rounding(bits, group).rounded(values, IN);
            float[] other = new Rounding(bits, group).rounded(mirrored, IN);
            float largest = 0;
            for (float value : values) {
                largest = Math.max(largest, Math.abs(value));
            }
            double step = largest / ((1 << (bits - 1)) - 1.0);
            assertThat(rounded[5]).isZero();
            for (int i = 0; i < values.length; i++) {
                assertThat((double) Math.abs(rounded[i] - values[i])).isLessThanOrEqualTo(step / 2 * 1.0001);
                assertThat(Math.abs(rounded[i] + other[i])).isLessThanOrEqualTo((float) step * 1.0001f);
            }
        }
    }

    /** The gradient of what stands behind it is that at the rounded matrix. */
    @Test
    void theGradientGoesStraightThrough() {
        try (var scope = Scope.open();
                var tape = Tape.open()) {
            Tensor matrix = Tensors.of(values(), OUT, IN);
            matrix.requireGrad(true);
            Tensor rounded = matrix.add(new Rounding(3, Rounding.CHANNEL).error(matrix));
            float[] gradient = tape.gradients(rounded.mul(rounded).sum(), List.of(matrix))
                    .getFirst()
                    .toFloats();
            float[] at = rounded.detach().toFloats();
            for (int i = 0; i < at.length; i++) {
                assertThat(gradient[i]).isCloseTo(2 * at[i], within(1e-5f));
            }
        }
    }
}
