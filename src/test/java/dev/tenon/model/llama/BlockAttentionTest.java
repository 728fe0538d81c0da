package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The written-out attention of documents equals libtorch's own operator and what a tape makes of it. */
class BlockAttentionTest {
    private static final double SCALE = 0.35;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @ParameterizedTest(name = "{0} heads on {1}")
    @CsvSource({"4,4", "4,2", "6,1"})
    void outputsAndGradientsAgree(int heads, int keyHeads) {
        var random = new Random(heads + keyHeads);
        // one block, exactly one, one and a bit, several
        long[] lengths = {1, 64, 65, 200, 3};
        int tokens = 333;
        try (var scope = Scope.open()) {
            Tensor q = Tensors.randn(random, tokens, heads, 8);
            Tensor k = Tensors.randn(random, tokens, keyHeads, 8);
            Tensor v = Tensors.randn(random, tokens, keyHeads, 8);
            Tensor direction = Tensors.randn(random, tokens, heads * 8L);

            var ours = Kernels.callList("block_attention_forward", q, k, v, lengths, SCALE);
            var found = Kernels.callList(
                    "block_attention_backward", q, k, v, ours.subList(1, ours.size()), direction, SCALE);

            for (Tensor leaf : List.of(q, k, v)) {
                leaf.requireGrad(true);
            }
            List<Tensor> expected;
            try (var tape = Tape.open()) {
                Tensor reference = Kernels.call("document_attention", q, k, v, lengths, SCALE, 0);
                assertThat(distance(reference, ours.getFirst())).isLessThan(1e-5);
                expected = tape.gradients(reference.mul(direction).sum(), List.of(q, k, v));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(distance(expected.get(i), found.get(i))).isLessThan(1e-5);
            }
        }
    }

    private static double distance(Tensor a, Tensor b) {
        return a.detach().sub(b).abs().max().item();
    }
}
