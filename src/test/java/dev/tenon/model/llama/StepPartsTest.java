package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.Hooks;
import dev.tenon.model.RowTokens;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StepPartsTest {
    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void rowsAreInPartsByWhatTellsThemApart() {
        var word = row(0, 1, 5);
        var prompt = row(1, 1, 5, 6, 7);
        var other = row(2, 1, 5);
        var parts = StepParts.by(List.of(word, prompt, other), row -> row.ids().length);
        assertThat(parts.parts()).containsOnlyKeys(1, 3);
        assertThat(parts.parts().get(1)).containsExactly(word, other);
        assertThat(parts.parts().get(3)).containsExactly(prompt);
        assertThat(parts.areSeveral()).isTrue();
        assertThat(StepParts.by(List.of(word, other), row -> row.ids().length).areSeveral())
                .isFalse();
    }

    @Test
    void logitsComeInTheOrderOfTheRows() {
        var rows = List.of(row(0, 2, 5, 6, 7), row(1, 1, 5), row(2, 0, 5, 6), row(3, 3, 5, 6, 7), row(4, 1, 5));
        var logits = Map.of(
                1, new float[] {1, 10, 4, 40},
                2, new float[0],
                3, new float[] {0, 0, 0, 1, 3, 30, 3, 31, 3, 32});
        try (var scope = Scope.open()) {
            assertThat(StepParts.by(rows, row -> row.ids().length)
                            .logits((length, part) -> Tensors.of(logits.get(length), logits.get(length).length / 2, 2))
                            .toFloats())
                    .containsExactly(0, 0, 0, 1, 1, 10, 3, 30, 3, 31, 3, 32, 4, 40);
        }
    }

    /** Prompts of which no logits are wanted yet. */
    @Test
    void anyOfThePartsMayHaveNoLogits() {
        try (var scope = Scope.open()) {
            assertThat(StepParts.by(List.of(row(0, 0, 5, 6, 7), row(1, 1, 5)), row -> row.ids().length)
                            .logits((length, part) ->
                                    Tensors.of(new float[] {1, 10}, 1, 2).slice(0, 0, length == 1 ? 1 : 0))
                            .toFloats())
                    .containsExactly(1, 10);
            assertThat(StepParts.by(List.of(row(0, 0, 5, 6), row(1, 0, 5)), row -> row.ids().length)
                            .logits((length, part) -> Tensors.of(new float[0], 0, 64))
                            .shape())
                    .containsExactly(0, 64);
        }
    }

    private static RowTokens row(int row, int wanted, long... ids) {
        return new RowTokens(row, ids, Hooks.NONE, wanted);
    }
}
