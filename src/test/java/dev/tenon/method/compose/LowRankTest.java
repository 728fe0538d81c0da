package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.TinyTask;
import dev.tenon.method.compose.Merging.Operation;
import dev.tenon.method.compose.Merging.Weighted;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Ledger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Compositions that are stored as a LoRA, and averages of parameters. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LowRankTest {
    private CausalModel model;
    private Adapter a;
    private Adapter b;

    @BeforeAll
    void load() {
        TensorEngine.start();
        model = TinyTask.model();
        a = Composed.lora(model, 1, 2);
        b = Composed.lora(model, 2, 4);
    }

    @AfterAll
    void close() {
        a.close();
        b.close();
        model.close();
    }

    private List<Part> parts() {
        return List.of(new Part(a, 0.7), new Part(b, -0.4));
    }

    @Test
    void concatenatedRanksAreTheSumAndComeBackFromAFolder(@TempDir Path folder) {
        float[] sum = Composed.logits(model, WeightedSum.of(parts()));
        try (var joined = LowRank.concatenated(model, parts())) {
            assertThat(TensorEngine.distance(Composed.logits(model, joined.hooks()), sum))
                    .isLessThan(1e-5);
            assertThat(joined.parameterCount()).isEqualTo(a.parameterCount() + b.parameterCount());
            AdapterFolder.save(joined, folder, "tiny");
            try (var again = AdapterFolder.load(model, folder)) {
                assertThat(Composed.logits(model, again.hooks())).isEqualTo(Composed.logits(model, joined.hooks()));
            }
        }
    }

    /** Ranks 2 + 4 + 4 + 8 = 18 on matrices of 16 × 16: the sum has no more than rank 16. */
    @Test
    void moreRanksThanAMatrixHasAreTheSameProductWithFewer() {
        try (var c = Composed.lora(model, 3, 4);
                var d = Composed.lora(model, 4, 8)) {
            var all = List.of(new Part(a, 1), new Part(b, 1), new Part(c, 1), new Part(d, 1));
            try (var joined = LowRank.concatenated(model, all)) {
                assertThat(TensorEngine.distance(
                                Composed.logits(model, joined.hooks()), Composed.logits(model, WeightedSum.of(all))))
                        .isLessThan(1e-4);
            }
        }
    }

    @Test
    void aLinearMergeIsTheSumFoldedIntoTheWeights() {
        float[] sum = Composed.logits(model, WeightedSum.of(parts()));
        try (var first = TaskVector.of(model, a);
                var second = TaskVector.of(model, b);
                var merged = new Merging(Operation.LINEAR, 1, 0)
                        .merge(List.of(new Weighted(first, 0.7), new Weighted(second, -0.4)));
                var fit = LowRank.nearest(model, merged, 6).adapter()) {
            assertThat(TensorEngine.distance(Composed.logits(model, fit.hooks()), sum))
                    .isLessThan(1e-4);
            assertThat(TensorEngine.distance(Composed.merged(model, fit), sum)).isLessThan(1e-4);
        }
    }

    @Test
    void aCutRankSaysWhatItLost() {
        try (var vector = TaskVector.of(model, b)) {
            var whole = LowRank.nearest(model, vector, 4);
            var half = LowRank.nearest(model, vector, 2);
            assertThat(whole.relativeError()).isLessThan(1e-3);
            assertThat(half.relativeError()).isBetween(0.1, 0.9);
            try (var nearest = half.adapter();
                    var kept = TaskVector.of(model, nearest);
                    var lost = new Merging(Operation.LINEAR, 1, 0)
                            .merge(List.of(new Weighted(vector, 1), new Weighted(kept, -1)))) {
                assertThat(norm(lost) / norm(vector)).isCloseTo(half.relativeError(), within(1e-4));
            }
            whole.adapter().close();
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double most) {
        return org.assertj.core.data.Offset.offset(most);
    }

    private static double norm(TaskVector vector) {
        double squares = 0;
        for (var delta : vector.deltas().values()) {
            for (float value : delta.toFloats()) {
                squares += (double) value * value;
            }
        }
        return Math.sqrt(squares);
    }

    @Test
    void averagesParametersOfOneKind() {
        try (var first = Composed.lora(model, 5, 2);
                var second = Composed.lora(model, 6, 2);
                var mean = Composed.lora(model, 7, 2)) {
            AdapterAverage.into(mean, List.of(new Part(first, 1), new Part(second, 3)));
            first.parameters().forEach((name, tensor) -> {
                float[] one = tensor.toFloats();
                float[] two = second.parameters().get(name).toFloats();
                float[] found = mean.parameters().get(name).toFloats();
                for (int i = 0; i < one.length; i++) {
                    assertThat((double) found[i]).isCloseTo(0.25 * one[i] + 0.75 * two[i], within(1e-6));
                }
            });
            AdapterAverage.into(mean, List.of(new Part(first, 1)));
            assertThat(Composed.logits(model, mean.hooks())).isEqualTo(Composed.logits(model, first.hooks()));
            assertThatThrownBy(() -> AdapterAverage.into(mean, List.of(new Part(first, 1), new Part(b, 1))))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.message()).contains("rank"));
        }
    }

    @Test
    void refusesWhatIsNotLowRank() {
        try (var norms = Composed.adapter(
                        model,
                        3,
                        Map.of("rank", 2, "target_modules", List.of("q_proj"), "modules_to_save", List.of("norm")));
                var vector = TaskVector.of(model, norms)) {
            assertThatThrownBy(() -> LowRank.nearest(model, vector, 2))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.message()).contains("layernorm.weight"));
        }
    }

    @Test
    void leavesNoNativeMemory() {
        long before = Ledger.liveTensors();
        aLinearMergeIsTheSumFoldedIntoTheWeights();
        aCutRankSaysWhatItLost();
        averagesParametersOfOneKind();
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }
}
