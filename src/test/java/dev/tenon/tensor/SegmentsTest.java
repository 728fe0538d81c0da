package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A tape in segments against one tape. */
class SegmentsTest {
    private static final int WIDTH = 64;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static Tensor leaf(int seed, long... shape) {
        Tensor leaf = Tensors.randn(new Random(seed), shape).mul(0.2);
        leaf.requireGrad(true);
        return leaf;
    }

    @Test
    void leavesBeforeInsideAndAfterTheSegmentsGetTheirGradients() {
        try (var scope = Scope.open()) {
            var leaves = List.of(leaf(1, WIDTH, WIDTH), leaf(2, WIDTH, WIDTH), leaf(3, WIDTH));
            Tensor x = Tensors.randn(new Random(4), 3, WIDTH);
            var whole = gradients(x, leaves, false);
            var parts = gradients(x, leaves, true);
            for (int i = 0; i < leaves.size(); i++) {
                assertThat(TensorEngine.distance(parts.get(i), whole.get(i))).isLessThan(1e-6);
            }
        }
    }

    private static List<float[]> gradients(Tensor x, List<Tensor> leaves, boolean segments) {
        try (var scope = Scope.open();
                var tape = segments ? Tape.inSegments() : Tape.open()) {
            Tensor h = x.matmul(leaves.getFirst());
            for (int i = 0; i < 3; i++) {
                h = Tape.segment(h, y -> y.add(Kernels.call("tanh", y.matmul(leaves.get(1)))));
            }
            Tensor loss = h.mul(leaves.getLast()).sum();
            return tape.gradients(loss, leaves).stream().map(Tensor::toFloats).toList();
        }
    }

    /** Of a function that is linear in p, p · gradient is the function; with other zeros dropped it would not be. */
    @Test
    void whatIsDroppedIsDroppedAgain() {
        try (var scope = Scope.open()) {
            Tensor p = leaf(1, WIDTH);
            for (int seed = 0; seed < 3; seed++) {
                Engine.seed(seed);
                try (var tape = Tape.inSegments()) {
                    Tensor h = Tape.segment(p.mul(1), y -> Kernels.call("drop", y, 0.5));
                    Tensor loss =
                            Tape.segment(h, y -> Kernels.call("drop", y, 0.5)).sum();
                    double value = loss.item();
                    Tensor gradient = tape.gradients(loss, List.of(p)).getFirst();
                    assertThat(gradient.mul(p.detach()).sum().item()).isCloseTo(value, within(1e-4));
                }
            }
        }
    }

    @Test
    void whatASegmentMakesIsGoneWhenItEnds() {
        try (var scope = Scope.open()) {
            Tensor p = leaf(1, WIDTH);
            long matrix = 4L * WIDTH * WIDTH;
            Ledger.resetPeak();
            long before = Ledger.liveBytes();
            try (var tape = Tape.inSegments()) {
                Tensor h = p.reshape(1, WIDTH);
                for (int i = 0; i < 10; i++) {
                    h = Tape.segment(h, y -> y.matmul(Tensors.full(0.01, DType.F32, Device.cpu(), WIDTH, WIDTH)));
                }
                tape.gradients(h.sum(), List.of(p));
            }
            assertThat(Ledger.peakBytes() - before).isLessThan(2 * matrix);
        }
    }
}
