package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.TensorEngine;
import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels for CUDA cards against libtorch's products; without a card there is nothing to test. */
class LaneUpdatesTest {
    private static final int ROWS = 5;
    private static final int START = 2;
    private static final int IN = 136;
    private static final int OUT = 520;
    private static final int WIDE = 264;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @ParameterizedTest
    @CsvSource({"F32,16,1e-4", "F32,1,1e-4", "BF16,16,0.03", "BF16,8,0.03"})
    void rowsAreUpdatedLikeByProducts(DType type, int rank, double tolerance) {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        var device = Device.cuda(0);
        var random = new SplittableRandom(rank);
        // a layer of its own, then two of one input
        long[] matrices = {
            0,
            rank,
            IN,
            1,
            (long) rank * IN,
            rank,
            OUT,
            0,
            (long) rank * (IN + OUT),
            2L * rank,
            IN,
            1,
            (long) rank * (3 * IN + OUT),
            rank,
            WIDE,
            0,
            (long) rank * (3 * IN + OUT + WIDE),
            rank,
            WIDE,
            0
        };
        int width = rank * (3 * IN + OUT + 2 * WIDE);
        try (var scope = Scope.open()) {
            Tensor flat = made(random, type, device, ROWS, width);
            try (var views = Kernels.hold("rank_views", flat, ROWS, matrices)) {
                var lanes = new RankUpdates.Lanes(START, ROWS, 1, views, width);
                assertThat(LaneUpdates.take(new RankUpdates(lanes, List.of()))).isTrue();
                var program = Objects.requireNonNull(CudaProgram.load("lanes", type, device));
                var updates = new LaneUpdates(program, device, lanes);
                Tensor x = made(random, type, device, ROWS + START, IN);
                Tensor y = made(random, type, device, ROWS + START, OUT);
                Tensor pair = made(random, type, device, ROWS + START, 2 * WIDE);
                Tensor expected = copy(y);
                Tensor expectedPair = copy(pair);
                long[] place = {START, ROWS, 1};
                try (var none = Kernels.lists(List.of())) {
                    Kernels.callNothing("add_ranks", expected, x, views, place, none, new long[0], new long[0], 0);
                    Kernels.callNothing(
                            "add_two_ranks",
                            expectedPair.slice(1, 0, WIDE),
                            expectedPair.slice(1, WIDE, 2 * WIDE),
                            x,
                            views,
                            place,
                            none,
                            new long[0],
                            new long[0],
                            2);
                }
                updates.add(0, x, List.of(y), OUT);
                updates.add(2, x, List.of(pair.slice(1, 0, WIDE), pair.slice(1, WIDE, 2 * WIDE)), 2 * WIDE);
                assertClose(y, expected, tolerance);
                assertClose(pair, expectedPair, tolerance);
            }
        }
    }

    private static Tensor made(SplittableRandom random, DType type, Device device, long... shape) {
        return Tensors.uniform(random, -1, 1, shape).to(type).to(device);
    }

    private static Tensor copy(Tensor x) {
        return Kernels.call("copied", x);
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        float[] values = expected.toFloats();
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(TensorEngine.distance(actual.toFloats(), values)).isLessThan(tolerance * largest);
    }
}
