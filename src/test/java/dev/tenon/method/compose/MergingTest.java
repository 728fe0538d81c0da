package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.compose.Merging.Operation;
import dev.tenon.method.compose.Merging.Weighted;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Merges of task vectors against numbers worked out by hand from the papers' definitions. */
class MergingTest {
    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static TaskVector vector(float... values) {
        return TaskVector.filled(deltas -> deltas.put("w", Tensors.of(values, values.length)));
    }

    private static float[] merge(Merging merging, Weighted... parts) {
        try (var merged = merging.merge(List.of(parts))) {
            return Objects.requireNonNull(merged.deltas().get("w")).toFloats();
        } finally {
            Arrays.stream(parts).forEach(part -> part.vector().close());
        }
    }

    @Test
    void taskArithmeticAddsAndForgets() {
        var linear = new Merging(Operation.LINEAR, 1, 0);
        assertThat(merge(linear, new Weighted(vector(1, 2, -3), 0.5), new Weighted(vector(4, 0, 2), -1)))
                .containsExactly(-3.5f, 1, -3.5f);
        assertThat(merge(linear, new Weighted(vector(1, 2), 1), new Weighted(vector(1, 2), -1)))
                .containsExactly(0, 0);
    }

    /**
     * Three vectors of six values, of which the three largest are kept. Trimmed: (5, 0, −4, 0, 3, 0), (−1, 0, −2, 0, 0,
     * 6), (0, 0, 7, 0, 4, −5). Signs of the sums (4, 0, 1, 0, 7, 1): +, 0, +, 0, +, +. Means of those that agree: 5, 0,
     * 7, 0, 3.5, 6.
     */
    @Test
    void tiesTrimsElectsAndAverages() {
        var ties = new Merging(Operation.TIES, 0.5, 0);
        float[] merged = merge(
                ties,
                new Weighted(vector(5, 1, -4, 0.5f, 3, 2), 1),
                new Weighted(vector(-1, 0.5f, -2, 0.1f, -0.3f, 6), 1),
                new Weighted(vector(2, 1, 7, 3, 4, -5), 1));
        assertThat(merged).containsExactly(5, 0, 7, 0, 3.5f, 6);
    }

    @Test
    void tiesOfOneIsItsLargestPart() {
        var ties = new Merging(Operation.TIES, 1, 0);
        assertThat(merge(ties, new Weighted(vector(5, -1, 0), 0.5))).containsExactly(2.5f, -0.5f, 0);
        var cancelled = merge(ties, new Weighted(vector(1, 2), 1), new Weighted(vector(-1, -1), 1));
        assertThat(cancelled).as("a sum of zero elects no sign").containsExactly(0, 2);
    }

    @Test
    void dareKeepsTheExpectationAndScalesWhatIsKept() {
        float[] values = {4, -2, 1, 0.5f};
        var mean = new double[values.length];
        int draws = 4000;
        for (int seed = 0; seed < draws; seed++) {
            float[] dropped = merge(new Merging(Operation.DARE, 0.25, seed), new Weighted(vector(values), 1));
            for (int i = 0; i < values.length; i++) {
                assertThat(dropped[i] == 0 || dropped[i] == values[i] * 4).isTrue();
                mean[i] += dropped[i] / draws;
            }
        }
        for (int i = 0; i < values.length; i++) {
            // standard error |x| √(3/4000), of which 4 are allowed
            assertThat(mean[i]).isCloseTo(values[i], org.assertj.core.data.Offset.offset(0.11 * Math.abs(values[i])));
        }
    }

    @Test
    void theSameSeedDropsTheSameAndEachVectorItsOwn() {
        float[] ones = new float[256];
        Arrays.fill(ones, 1);
        var dare = new Merging(Operation.DARE, 0.5, 3);
        assertThat(merge(dare, new Weighted(vector(ones), 1))).isEqualTo(merge(dare, new Weighted(vector(ones), 1)));
        float[] two = merge(dare, new Weighted(vector(ones), 1), new Weighted(vector(ones), 1));
        assertThat(two).as("two that drop independently overlap in a quarter").contains(0, 2, 4);
    }

    @Test
    void aTensorThatOneLacksIsUnchangedByIt() {
        var other = TaskVector.filled(deltas -> deltas.put("v", Tensors.of(new float[] {8}, 1)));
        try (var one = vector(2);
                var merged = new Merging(Operation.TIES, 1, 0)
                        .merge(List.of(new Weighted(one, 1), new Weighted(other, 0.5)))) {
            assertThat(merged.deltas().keySet()).containsExactly("w", "v");
            assertThat(Objects.requireNonNull(merged.deltas().get("v")).toFloats())
                    .containsExactly(4);
        }
        other.close();
    }

    @Test
    void refusesADensityOfNothing() {
        assertThatThrownBy(() -> new Merging(Operation.DARE, 0, 1))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("density"));
    }
}
