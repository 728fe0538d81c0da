package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention behind a prefix against the sum that it stands for, one query at a time. */
class PrefixAttentionTest {
    private static final int HEADS = 4;
    private static final int OWN = 2;
    private static final int SIZE = 3;
    private static final int COUNT = 2;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    /** A prefix has the first positions, and a window of 3 leaves it behind at position 4. */
    @ParameterizedTest
    @CsvSource({"4, 4, 0", "5, 2, 0", "4, 4, 3", "5, 2, 3"})
    void isTheWeightedSumOverPrefixAndPast(int first, int second, int window) {
        try (var scope = Scope.open()) {
            var random = new Random(3);
            int n = first + second;
            Tensor q = Tensors.randn(random, n, HEADS, SIZE);
            Tensor k = Tensors.randn(random, n, OWN, SIZE);
            Tensor v = Tensors.randn(random, n, OWN, SIZE);
            Tensor pk = Tensors.randn(random, OWN, COUNT, SIZE);
            Tensor pv = Tensors.randn(random, OWN, COUNT, SIZE);
            float[] ours = Kernels.call("prefixed_attention", q, k, v, pk, pv, new long[] {first, second}, 0.7, window)
                    .toFloats();
            var naive = new Naive(q.toFloats(), k.toFloats(), v.toFloats(), pk.toFloats(), pv.toFloats());
            for (int token = 0; token < n; token++) {
                int begin = token < first ? 0 : first;
                for (int head = 0; head < HEADS; head++) {
                    double[] expected = naive.at(token, begin, head, window);
                    for (int i = 0; i < SIZE; i++) {
                        assertThat((double) ours[(token * HEADS + head) * SIZE + i])
                                .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5));
                    }
                }
            }
        }
    }

    private record Naive(float[] q, float[] k, float[] v, float[] pk, float[] pv) {
        double[] at(int token, int begin, int head, int window) {
            int own = head / (HEADS / OWN);
            int last = COUNT + token - begin;
            int least = window == 0 ? 0 : Math.max(0, last - window + 1);
            var sum = new double[SIZE];
            double total = 0;
            for (int position = least; position <= last; position++) {
                boolean before = position < COUNT;
                int at = before ? (own * COUNT + position) * SIZE : ((begin + position - COUNT) * OWN + own) * SIZE;
                double score = 0;
                for (int i = 0; i < SIZE; i++) {
                    score += q[(token * HEADS + head) * SIZE + i] * (before ? pk : k)[at + i];
                }
                double weight = Math.exp(0.7 * score);
                total += weight;
                for (int i = 0; i < SIZE; i++) {
                    sum[i] += weight * (before ? pv : v)[at + i];
                }
            }
            for (int i = 0; i < SIZE; i++) {
                sum[i] /= total;
            }
            return sum;
        }
    }
}
