package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.RowTokens;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a step's tokens are parted for the kernels of a card; what these compute is held to others in {@link WholeStepTest}. */
class CardTileTest {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void tokensOfOneAdapterAreTogetherWhateverTheirRows() {
        try (var scope = Scope.open()) {
            var first = new Piece(Tensors.zeros(DType.F32, Device.cpu(), 1), new long[0], 8);
            var other = new Piece(Tensors.zeros(DType.F32, Device.cpu(), 1), new long[0], 8);
            var adapters = new Piece[24];
            Arrays.fill(adapters, 2, 20, first);
            Arrays.fill(adapters, 20, 21, other);
            assertThat(CardTile.ofAdapters(adapters, CardTile.MOST))
                    .containsExactly(tile(0, 2), tile(2, 16), tile(18, 2), tile(20, 1), tile(21, 3));
            assertThat(CardTile.ofAdapters(adapters, 1)).hasSize(24).contains(tile(0, 1), tile(23, 1));
        }
    }

    /** Row 0 has 40 tokens and goes on with 18, row 1 with its next, row 2 begins with 20, and there are three tokens too many. */
    @Test
    void everyTileOfARowHasItsPages() {
        try (var model = Models.load(BASE, Device.cpu(), DType.F32, null);
                var cache = model.cache(3, 64)) {
            new StepPlan(List.of(row(0, 40), row(1, 33)), cache).commit();
            var plan = new StepPlan(List.of(row(0, 18), row(1, 1), row(2, 20)), cache);
            int tokens = 42;
            var tiles = CardTile.ofRows(plan, tokens, CardTile.MOST);
            assertThat(tiles)
                    .as("the next token first, then what begins")
                    .containsExactly(tile(0, 1), tile(1, 16), tile(17, 4), tile(21, 16), tile(37, 2), tile(39, 3));
            var tiling = new CardStep.Tiling(8, true);
            var numbers =
                    new CardNumbers(new CardStep.Kind(tokens, 3, 4, 0, new CardStep.Tiling(1, true), tiling, false));
            long[] values = numbers.of(plan, List.of(tile(0, 42)), tiles);
            assertThat(Arrays.copyOfRange(values, numbers.ofAdapters(), numbers.tables()))
                    .containsExactly(
                            42L << 32,
                            1L << 32,
                            1 | 16L << 32,
                            17 | 4L << 32,
                            21 | 16L << 32,
                            37 | 2L << 32,
                            39 | 3L << 32,
                            0,
                            0);
            long[] pages = plan.tables(); // three of row 1, two of row 2, four of row 0
            assertThat(pages).hasSize(9).doesNotHaveDuplicates();
            assertThat(Arrays.copyOfRange(values, numbers.tables(), numbers.tables() + 20))
                    .containsExactly(
                            pages[0], pages[1], pages[2], 0, pages[3], pages[4], 0, 0, pages[3], pages[4], 0, 0,
                            pages[5], pages[6], pages[7], pages[8], pages[5], pages[6], pages[7], pages[8]);
            assertThat(Arrays.copyOfRange(values, numbers.tables() + 20, values.length))
                    .as("tokens too many are of page 0")
                    .containsOnly(0);
        }
    }

    private static CardTile tile(int first, int count) {
        return new CardTile(first, count);
    }

    private static RowTokens row(int row, int tokens) {
        return new RowTokens(row, LongStream.range(3, 3 + tokens).toArray(), Hooks.NONE, 1);
    }
}
