package dev.tenon.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.AttentionSite;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.KeyValues;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents of an encoder that lie end to end do not see each other, whatever stands before them. */
class PackedDocumentsTest {
    private static final double TOLERANCE = 1e-5;
    private static final int PREFIX = 3;
    private static EncoderModel model;

    @BeforeAll
    static void make() {
        TensorEngine.start();
        var config = new EncoderConfig(
                "roberta",
                16,
                2,
                4,
                32,
                50,
                30,
                1e-5,
                "gelu",
                1,
                2,
                1,
                true,
                false,
                true,
                EncoderConfig.Top.MASKED,
                List.of());
        model = Models.random(config, Device.cpu(), DType.F32, 3);
    }

    @AfterAll
    static void free() {
        model.close();
    }

    private static void equalAlone(Hooks hooks, List<long[]> rows) {
        try (var scope = Scope.open()) {
            Tensor packed = model.hidden(Sequences.of(rows), hooks);
            long at = 0;
            for (long[] row : rows) {
                Tensor alone = model.hidden(Sequences.of(List.of(row)), hooks);
                assertThat(TensorEngine.distance(
                                packed.slice(0, at, at + row.length).toFloats(), alone.toFloats()))
                        .isLessThan(TOLERANCE);
                at += row.length;
            }
        }
    }

    private static long[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 2, 50).asLongStream().toArray();
    }

    @Test
    void documentsOfAnyLengthsEqualThemselvesAlone() {
        equalAlone(Hooks.NONE, List.of(tokens(1, 7), tokens(2, 20), tokens(3, 1)));
        equalAlone(Hooks.NONE, List.of(tokens(4, 9), tokens(5, 9)));
    }

    @Test
    void everyTokenSeesTheWholeDocument() {
        try (var scope = Scope.open()) {
            long[] ids = tokens(6, 8);
            float[] before = model.hidden(Sequences.of(List.of(ids)), Hooks.NONE)
                    .slice(0, 0, 1)
                    .toFloats();
            ids[7] = ids[7] == 10 ? 11 : 10;
            float[] after = model.hidden(Sequences.of(List.of(ids)), Hooks.NONE)
                    .slice(0, 0, 1)
                    .toFloats();
            assertThat(TensorEngine.distance(before, after)).isGreaterThan(1e-6);
        }
    }

    @Test
    void keysAndValuesBeforeADocumentAreSeenByItAlone() {
        try (var scope = Scope.open()) {
            Tensor keys = Tensors.randn(new Random(7), 4, PREFIX, 4);
            Tensor values = Tensors.randn(new Random(8), 4, PREFIX, 4);
            var hooks = new Hooks() {
                @Override
                public KeyValues prefix(AttentionSite site) {
                    return new KeyValues(keys, values);
                }
            };
            var rows = List.of(tokens(1, 7), tokens(2, 20));
            equalAlone(hooks, rows);
            equalAlone(hooks, List.of(tokens(4, 9), tokens(5, 9)));
            assertThat(changed(hooks, rows)).isGreaterThan(1e-3);
        }
    }

    @Test
    void virtualTokensStandBeforeEveryDocumentAndAreNotInTheResult() {
        try (var scope = Scope.open()) {
            Tensor prompt = Tensors.randn(new Random(9), PREFIX, 16);
            var hooks = new Hooks() {
                @Override
                public Tensor virtualTokens() {
                    return prompt;
                }
            };
            var rows = List.of(tokens(1, 7), tokens(2, 20));
            equalAlone(hooks, rows);
            assertThat(changed(hooks, rows)).isGreaterThan(1e-3);
            assertThat(model.hiddenStates(Sequences.of(rows), hooks))
                    .hasSize(3)
                    .allSatisfy(state -> assertThat(state.size(0)).isEqualTo(27));
        }
    }

    private static double changed(Hooks hooks, List<long[]> rows) {
        var sequences = Sequences.of(rows);
        return TensorEngine.distance(
                model.hidden(sequences, Hooks.NONE).toFloats(),
                model.hidden(sequences, hooks).toFloats());
    }
}
