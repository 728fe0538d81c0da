package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TapeTest {
    private static final Function<Tensor, Tensor> LOSS = x -> x.matmul(x.transpose(0, 1))
            .softmax(1)
            .mul(x.matmul(x.transpose(0, 1)))
            .sum();

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        try (var scope = Scope.open()) {
            Tensor x = Tensors.randn(new Random(3), 3, 2).to(DType.F64);
            float[] gradient;
            try (var tape = Tape.open()) {
                Tensor leaf = x.copy().detach();
                leaf.requireGrad(true);
                gradient = tape.gradients(LOSS.apply(leaf), List.of(leaf))
                        .getFirst()
                        .toFloats();
            }
            double h = 1e-5;
            for (int i = 0; i < 6; i++) {
                var bump = new float[6];
                bump[i] = 1;
                Tensor e = Tensors.of(bump, 3, 2).to(DType.F64).mul(h);
                double slope =
                        (LOSS.apply(x.add(e)).item() - LOSS.apply(x.sub(e)).item()) / (2 * h);
                assertThat((double) gradient[i]).isCloseTo(slope, within(1e-5));
            }
        }
    }

    @Test
    void backwardAddsUpUntilZeroed() {
        try (var scope = Scope.open()) {
            Tensor w = Tensors.of(new float[] {1, 2}, 2);
            w.requireGrad(true);
            for (int i = 0; i < 2; i++) {
                try (var tape = Tape.open()) {
                    tape.backward(w.mul(w).sum());
                }
            }
            assertThat(w.grad().toFloats()).containsExactly(4, 8);
            w.zeroGrad();
            assertThat(w.grad().toFloats()).containsExactly(0, 0);
        }
    }

    @Test
    void nothingIsRecordedWithoutATape() {
        try (var scope = Scope.open()) {
            Tensor w = Tensors.of(new float[] {3}, 1);
            w.requireGrad(true);
            Tensor frozen = w.mul(w);
            try (var tape = Tape.open()) {
                assertThat(tape.gradients(w.mul(frozen).sum(), List.of(w))
                                .getFirst()
                                .toFloats())
                        .containsExactly(9); // 18 had the square been recorded
            }
            assertThat(Tape.isRecording()).isFalse();
        }
    }
}
