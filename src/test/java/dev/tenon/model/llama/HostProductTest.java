package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.RankUpdates.Run;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.HostTeam;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of our own with many adapters against plain products of tensors. */
class HostProductTest {
    private static final int TOKENS = 23;
    private static final int[] WIDTHS = {97, 64, 41};

    private final SplittableRandom random = new SplittableRandom(7);

    @BeforeAll
    static void start() {
        TensorEngine.start();
        Assumptions.assumeTrue(HostProducts.arePossible(), "libtorch has no BLAS that can be called");
    }

    @AfterEach
    void asBefore() {
        Engine.useThreads(2);
    }

    /** Ranks 1 to 16, layers left out, a run of several tokens, tokens of no adapter; 7 inputs are one thread's work. */
    @ParameterizedTest
    @CsvSource({"1,255,3", "2,255,3", "3,255,2", "2,255,2", "2,7,3", "2,7,2"})
    void everyTokenGetsItsAdaptersPart(int threads, int in, int layersOfOneInput) {
        Engine.useThreads(threads);
        try (var scope = Scope.open()) {
            int[] widths = Arrays.copyOf(WIDTHS, layersOfOneInput);
            int outs = IntStream.of(widths).sum();
            Tensor weight = random(outs, in);
            Tensor x = random(TOKENS, in);
            Tensor y = random(TOKENS, outs);
            Tensor expected = y.add(x.matmul(weight.transpose(0, 1)));
            var runs = new ArrayList<Run>();
            var none = Kernels.hold("tensor_list", List.<Tensor>of());
            int start = 1;
            int[] counts = {1, 9, 1, 3};
            for (int i = 0; i < counts.length; i++) {
                int rank = 1 << (i + 1) % 5;
                long layers = new long[] {0b111, 0b101, 0b010, 0b011}[i] & (1L << widths.length) - 1;
                Tensor values = random(2 * (3L * rank * in + 3L * rank * outs));
                var piece = piece(values, rank, layers, in);
                expect(expected, x, start, counts[i], piece, in, widths);
                runs.add(new Run(start, counts[i], () -> none, piece));
                start += counts[i] + 1;
            }
            var seated = new HostRuns();
            seated.seat(runs, threads);
            Tensor between = random(TOKENS, 3L * 16);
            var place = new HostPlace(1, in, weight.address(), widths);
            var product = new HostProduct(place, new HostTeam(), seated);
            product.use(between.address(), 3 * 16);
            product.compute(place, TOKENS, x.address(), y.address(), true);
            assertThat(TensorEngine.distance(y.toFloats(), expected.toFloats())).isLessThan(1e-4);
            none.close();
        }
    }

    /** The second of two groups, whose first factor begins at element 8. */
    private static Piece piece(Tensor values, int rank, long layers, int in) {
        long second = 8 + (long) Long.bitCount(layers) * rank * in;
        return new Piece(values, new long[] {0, 0, 0, 8, second, layers}, rank);
    }

    private static void expect(Tensor y, Tensor x, int start, int count, Piece piece, int in, int[] widths) {
        long[] at = piece.groups();
        int rank = piece.rank();
        long first = at[3];
        long second = at[4];
        int column = 0;
        for (int layer = 0; layer < widths.length; layer++) {
            int width = widths[layer];
            if ((at[5] >> layer & 1) != 0) {
                Tensor a = matrix(piece.values(), first, rank, in);
                Tensor b = matrix(piece.values(), second, rank, width);
                Tensor own = y.slice(0, start, start + count).slice(1, column, column + width);
                own.copyFrom(own.add(x.slice(0, start, start + count)
                        .matmul(a.transpose(0, 1))
                        .matmul(b)));
                first += (long) rank * in;
                second += (long) rank * width;
            }
            column += width;
        }
    }

    private static Tensor matrix(Tensor values, long at, int rows, int columns) {
        return values.slice(0, at, at + (long) rows * columns).reshape(rows, columns);
    }

    private Tensor random(long... shape) {
        return Tensors.uniform(random, -0.3, 0.3, shape);
    }
}
