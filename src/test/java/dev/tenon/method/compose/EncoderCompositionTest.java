package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.TinyTask;
import dev.tenon.method.compose.Merging.Operation;
import dev.tenon.method.compose.Merging.Weighted;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Hooks;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The algebra of compositions on an encoder: each is compared with another way to the same weights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncoderCompositionTest {
    private static final double SAME = 1e-4;

    private EncoderModel model;
    private Adapter a;
    private Adapter b;

    @BeforeAll
    void load() {
        TensorEngine.start();
        model = TinyTask.encoder();
        a = lora(1, 2);
        b = lora(2, 4);
    }

    @AfterAll
    void close() {
        a.close();
        b.close();
        model.close();
    }

    private Adapter lora(long seed, int rank) {
        return Composed.adapter(
                model,
                seed,
                Map.of("rank", rank, "alpha", 3, "target_modules", List.of("query", "intermediate.dense")));
    }

    private float[] sum(double weightA, double weightB) {
        return Composed.logits(model, WeightedSum.of(List.of(new Part(a, weightA), new Part(b, weightB))));
    }

    /** What a merge of both comes to as an adapter of the ranks of both. */
    private float[] merged(Merging merging, double weightA, double weightB) {
        try (var first = TaskVector.of(model, a);
                var second = TaskVector.of(model, b);
                var vector = merging.merge(List.of(new Weighted(first, weightA), new Weighted(second, weightB)));
                var fit = LowRank.nearest(model, vector, 0).adapter()) {
            return Composed.logits(model, fit.hooks());
        }
    }

    private static void same(float[] found, float[] expected) {
        assertThat(TensorEngine.distance(found, expected)).isLessThan(SAME);
    }

    @Test
    void checkpointsAverageParameterByParameter() {
        try (var first = lora(5, 2);
                var second = lora(6, 2);
                var mean = lora(7, 2)) {
            AdapterAverage.into(mean, List.of(new Part(first, 1), new Part(second, 3)));
            mean.parameters().forEach((name, tensor) -> {
                float[] one =
                        Objects.requireNonNull(first.parameters().get(name)).toFloats();
                float[] two =
                        Objects.requireNonNull(second.parameters().get(name)).toFloats();
                float[] found = tensor.toFloats();
                for (int i = 0; i < found.length; i++) {
                    assertThat(found[i])
                            .isCloseTo(0.25f * one[i] + 0.75f * two[i], org.assertj.core.data.Offset.offset(1e-6f));
                }
            });
            AdapterAverage.into(mean, List.of(new Part(second, 0.5), new Part(second, 2)));
            same(Composed.logits(model, mean.hooks()), Composed.logits(model, second.hooks()));
        }
    }

    @Test
    void whatANegativeWeightTakesAwayIsWhatWasAdded() {
        assertThat(sum(0, 0)).isEqualTo(Composed.logits(model, Hooks.NONE));
        var back = WeightedSum.of(List.of(new Part(a, 1), new Part(b, 1), new Part(a, -1)));
        assertThat(Composed.logits(model, back)).isEqualTo(Composed.logits(model, b.hooks()));
        same(merged(new Merging(Operation.LINEAR, 1, 0), -0.5, 1), sum(-0.5, 1));
        assertThat(sum(-0.5, 1)).isNotEqualTo(sum(0, 1));
    }

    @Test
    void concatenatedRanksAreTheSum() {
        try (var joined = LowRank.concatenated(model, List.of(new Part(a, 0.7), new Part(b, -0.4)))) {
            same(Composed.logits(model, joined.hooks()), sum(0.7, -0.4));
            same(Composed.merged(model, joined), sum(0.7, -0.4));
            assertThat(joined.parameterCount()).isEqualTo(a.parameterCount() + b.parameterCount());
        }
    }

    /** Value by value: the larger side of a conflict stays, agreement becomes the mean. */
    @Test
    void tiesElectsSigns() {
        try (var first = TaskVector.of(model, a);
                var second = TaskVector.of(model, b);
                var merged = new Merging(Operation.TIES, 1, 0)
                        .merge(List.of(new Weighted(first, 1), new Weighted(second, 1)))) {
            assertThat(merged.deltas()).isNotEmpty();
            merged.deltas().forEach((name, delta) -> {
                float[] one = Objects.requireNonNull(first.deltas().get(name)).toFloats();
                float[] two = Objects.requireNonNull(second.deltas().get(name)).toFloats();
                float[] found = delta.toFloats();
                for (int i = 0; i < found.length; i++) {
                    float larger = Math.abs(one[i]) > Math.abs(two[i]) ? one[i] : two[i];
                    float expected = one[i] * two[i] > 0 ? (one[i] + two[i]) / 2 : larger;
                    assertThat(found[i]).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6f));
                }
            });
        }
    }

    @Test
    void dareThatDropsNothingIsTheSumAndAnotherSeedDropsAnother() {
        same(merged(new Merging(Operation.DARE, 1, 0), 0.7, 0.3), sum(0.7, 0.3));
        float[] some = merged(new Merging(Operation.DARE, 0.5, 1), 0.7, 0.3);
        same(merged(new Merging(Operation.DARE, 0.5, 1), 0.7, 0.3), some);
        assertThat(TensorEngine.distance(merged(new Merging(Operation.DARE, 0.5, 2), 0.7, 0.3), some))
                .isGreaterThan(1e-2);
    }
}
