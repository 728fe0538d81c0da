package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void arithmeticEqualsClosedForms() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Tensor b = Tensors.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            assertThat(a.matmul(b).toFloats()).containsExactly(4, 5, 10, 11);
            assertThat(a.transpose(0, 1).shape()).containsExactly(3, 2);
            assertThat(a.slice(1, 1, 3).toFloats()).containsExactly(2, 3, 5, 6);
            assertThat(Tensor.cat(List.of(a, a), 0).shape()).containsExactly(4, 3);
            assertThat(a.argmax(-1).toLongs()).containsExactly(2, 2);
            assertThat(a.sub(a).abs().max().item()).isZero();
            assertThat(a.mean().item()).isEqualTo(3.5);
            assertThat(a.mul(2).add(1).sum().item()).isEqualTo(48);
            assertThat(a.reshape(6).size(-1)).isEqualTo(6);
            assertThat(a.softmax(1).sum(1).toFloats()).containsExactly(new float[] {1, 1}, within(1e-6f));
        }
    }

    @Test
    void everyElementTypeSurvivesARoundTrip() {
        byte[] bytes = new byte[64];
        new Random(1).nextBytes(bytes);
        try (var scope = Scope.open()) {
            for (DType type : DType.values()) {
                if (type == DType.BOOL) {
                    continue; // any byte but 0 and 1 is no bool
                }
                Tensor loaded = Tensors.load(
                        MemorySegment.ofArray(bytes), type, new long[] {2, 32 / type.bytes()}, Device.cpu());
                assertThat(loaded.dtype()).isEqualTo(type);
                assertThat(loaded.bytes()).isEqualTo(64);
                var back = new byte[64];
                loaded.copyTo(MemorySegment.ofArray(back));
                assertThat(back).as(type.name()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void bfloat16RoundsToNearestEven() {
        try (var scope = Scope.open()) {
            // 8 bits of significand: 1 + 2^-8 lies half way and goes to the even 1; 1 + 3·2^-8 goes up to 1 + 2^-6.
            Tensor x = Tensors.of(new float[] {1f + 1f / 256, 1f + 3f / 256, -2.5f}, 3);
            Tensor half = x.to(DType.BF16);
            assertThat(half.dtype()).isEqualTo(DType.BF16);
            assertThat(half.toFloats()).containsExactly(1f, 1f + 1f / 64, -2.5f);
            assertThat(half.matmul(half).dtype()).isEqualTo(DType.BF16);
        }
    }

    @Test
    void gaussiansDependOnTheSeedAlone() {
        try (var scope = Scope.open()) {
            float[] once = Tensors.randn(new Random(7), 3, 4).toFloats();
            assertThat(Tensors.randn(new Random(7), 3, 4).toFloats()).isEqualTo(once);
            assertThat(Tensors.randn(new Random(8), 3, 4).toFloats()).isNotEqualTo(once);
        }
    }

    @Test
    void aFailureOfLibtorchNamesTheKernel() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.zeros(DType.F32, Device.cpu(), 2, 3);
            assertThatThrownBy(() -> a.matmul(a))
                    .isInstanceOf(EngineFailure.class)
                    .hasMessageContaining("matmul")
                    .hasMessageContaining("cannot be multiplied");
        }
    }

    @Test
    void argumentsOfEveryKindReachAKernel() {
        try (var scope = Scope.open()) {
            Tensor filled = Kernels.call("filled", new long[] {2, 2}, 0.5, DType.F32, false, 0);
            assertThat(filled.toFloats()).containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
            assertThat(Kernels.call("itself", (Object) null).elements()).isZero();
        }
    }
}
