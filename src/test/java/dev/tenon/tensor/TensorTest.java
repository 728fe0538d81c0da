package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tensors against closed forms, finite differences and a count of what is left alive. */
class TensorTest {
    @BeforeAll
    static void start() {
        Engine.start(Path.of(System.getProperty("user.home"), ".djl.ai"), 2, message -> {});
    }

    @Test
    void matrixProductEqualsTheSumOverTheInnerDimension() {
        try (var scope = Scope.open()) {
            var a = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            var b = Tensors.of(new float[] {1, 0, 2, 1, 0, 3}, 3, 2);
            assertThat(a.matmul(b).toFloats()).containsExactly(5, 11, 14, 23);
            assertThat(scope.liveTensors()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void bfloat16SurvivesARoundTripThroughMemory() {
        short[] bits = {0x3F80, (short) 0xC000, 0x4049, 0x0000};
        try (var scope = Scope.open();
                var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8);
            for (int i = 0; i < 4; i++) {
                memory.setAtIndex(ValueLayout.JAVA_SHORT, i, bits[i]);
            }
            var tensor = Tensors.load(memory, DType.BF16, new long[] {2, 2}, Device.cpu());
            assertThat(tensor.dtype()).isEqualTo(DType.BF16);
            assertThat(tensor.toFloats()).containsExactly(1f, -2f, 3.140625f, 0f);
            MemorySegment back = arena.allocate(8);
            tensor.copyTo(back);
            assertThat(back.mismatch(memory)).isEqualTo(-1);
        }
    }

    @Test
    void gradientsEqualFiniteDifferences() {
        var random = new Random(7);
        try (var scope = Scope.open()) {
            var x = Tensors.randn(random, 3, 4);
            var w = Tensors.randn(random, 4, 2);
            w.requireGrad(true);
            try (var tape = Tape.open()) {
                tape.backward(x.matmul(w).softmax(-1).mul(x.slice(1, 0, 2)).sum());
            }
            float[] gradient = w.grad().toFloats();
            float[] values = w.toFloats();
            for (int i = 0; i < values.length; i++) {
                double numeric = (loss(x, values, i, 1e-2f) - loss(x, values, i, -1e-2f)) / 2e-2;
                assertThat((double) gradient[i]).isCloseTo(numeric, within(2e-3));
            }
        }
    }

    private static double loss(Tensor x, float[] values, int changed, float by) {
        float[] moved = values.clone();
        moved[changed] += by;
        return x.matmul(Tensors.of(moved, 4, 2))
                .softmax(-1)
                .mul(x.slice(1, 0, 2))
                .sum()
                .item();
    }

    @Test
    void aThousandStepsLeaveNothingAlive() {
        var random = new Random(1);
        try (var outer = Scope.open()) {
            var w = Tensors.randn(random, 8, 8);
            w.requireGrad(true);
            long before = Ledger.liveTensors();
            for (int step = 0; step < 1000; step++) {
                try (var scope = Scope.open();
                        var tape = Tape.open()) {
                    w.zeroGrad();
                    tape.backward(w.matmul(w).sum());
                }
            }
            assertThat(Ledger.liveTensors()).isEqualTo(before);
        }
    }

    @Test
    void keptTensorsMoveToTheScopeAround() {
        try (var outer = Scope.open()) {
            Tensor kept;
            Tensor dropped;
            try (var inner = Scope.open()) {
                dropped = Tensors.of(new float[] {1}, 1);
                kept = inner.keep(Tensors.of(new float[] {2}, 1));
            }
            assertThat(kept.item()).isEqualTo(2);
            assertThatThrownBy(dropped::item).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void detachedScopesAreWeighed() {
        long before = Ledger.liveBytes();
        try (var scope = Scope.open();
                var resident = Scope.detached()) {
            resident.own(Tensors.zeros(DType.F32, Device.cpu(), 16, 16));
            assertThat(Ledger.liveBytes() - before).isEqualTo(1024);
        }
        assertThat(Ledger.liveBytes()).isEqualTo(before);
    }
}
