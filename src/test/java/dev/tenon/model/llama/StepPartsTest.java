package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.Hooks;
import dev.tenon.model.Mixing;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.RowTokens;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StepPartsTest {
    private static final Hooks OTHER = new Hooks() {};
    private static final Hooks PAIRS = new Hooks() {
        @Override
        public @Nullable RankUpdates updatesOnly() {
            return new RankUpdates(null, List.of());
        }
    };
    private static final Mixing ALONE = spans -> spans.getFirst().hooks();

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void rowsOfOneWordWithAtMostPairsAreTheFirstPart() {
        var word = row(0, 1, Hooks.NONE, 5);
        var pair = row(1, 1, PAIRS, 5);
        var other = row(2, 1, OTHER, 5);
        var prompt = row(3, 1, PAIRS, 5, 6, 7);
        var virtual = row(4, 1, Hooks.NONE, -1);
        var parts = StepParts.of(List.of(prompt, word, other, pair, virtual), ALONE, 1);
        assertThat(parts.alike()).containsExactly(word, pair);
        assertThat(parts.others()).containsExactly(prompt, other, virtual);
        assertThat(parts.areTwo()).isTrue();
        assertThat(StepParts.of(List.of(word, pair), ALONE, 1).areTwo()).isFalse();
        assertThat(StepParts.of(List.of(prompt), ALONE, 1).areTwo()).isFalse();
        assertThat(StepParts.of(List.of(prompt, word, other), ALONE, 3).alike()).containsExactly(prompt, word);
    }

    @Test
    void logitsComeInTheOrderOfTheRows() {
        var rows = List.of(
                row(0, 2, Hooks.NONE, 5, 6, 7),
                row(1, 1, Hooks.NONE, 5),
                row(2, 0, Hooks.NONE, 5, 6),
                row(3, 1, OTHER, 5),
                row(4, 1, PAIRS, 5));
        try (var scope = Scope.open()) {
            var alike = Tensors.of(new float[] {1, 10, 4, 40}, 2, 2);
            var others = Tensors.of(new float[] {0, 0, 0, 1, 3, 30}, 3, 2);
            assertThat(StepParts.of(rows, ALONE, 1).joined(alike, others).toFloats())
                    .containsExactly(0, 0, 0, 1, 1, 10, 3, 30, 4, 40);
        }
    }

    /** A prompt of which no logits are wanted yet. */
    @Test
    void oneOfThePartsMayHaveNoLogits() {
        var rows = List.of(row(0, 0, Hooks.NONE, 5, 6, 7), row(1, 1, Hooks.NONE, 5));
        try (var scope = Scope.open()) {
            var alike = Tensors.of(new float[] {1, 10}, 1, 2);
            var none = Tensors.of(new float[0], 0, 64);
            assertThat(StepParts.of(rows, ALONE, 1).joined(alike, none).toFloats())
                    .containsExactly(1, 10);
        }
    }

    private static RowTokens row(int row, int wanted, Hooks hooks, long... ids) {
        return new RowTokens(row, ids, hooks, wanted);
    }
}
