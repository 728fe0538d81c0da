package dev.tenon.method.hra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Mergeable;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HraTest extends MethodContract {
    private static final String LAYER = "model.layers.0.self_attn.q_proj";
    private static final Offset<Double> ROUNDING = Offset.offset(1e-5);

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "hra"),
                Map.of(
                        "method", "hra",
                        "rank", 2,
                        "target_modules", List.of("q_proj", "down_proj"),
                        "layers_to_transform", List.of(1),
                        "modules_to_save", List.of("lm_head")));
    }

    @Override
    protected double startsAsBaseUpTo() {
        return 1e-5;
    }

    @Override
    protected double learningRate() {
        return 0.1;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.rank",
                Map.of("method", "hra", "rank", 25, "target_modules", List.of("down_proj")),
                "adapter.target_modules",
                Map.of("method", "hra", "target_modules", List.of("c_attn")),
                "adapter.exclude_modules",
                Map.of("method", "hra", "target_modules", List.of("q_proj"), "exclude_modules", List.of("q_proj")));
    }

    /** Inputs of a block's layers: 16 six times and 24; two blocks. */
    @Test
    void hasAVectorForEveryReflection() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, Map.of("method", "hra", "rank", 6), 1)) {
            assertThat(adapter.parameterCount()).isEqualTo(6 * 2 * (6 * 16 + 24));
        }
    }

    /** The chain multiplied out reflection by reflection, as the paper writes it. */
    @Test
    void foldsTheReflectionsInTheirOrder() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, Map.of("method", "hra", "rank", 3), 4);
                var scope = Scope.open()) {
            double[][] expected = rows(model.linearSites().stream()
                    .filter(site -> site.path().equals(LAYER))
                    .findFirst()
                    .orElseThrow()
                    .weight()
                    .toFloats());
            var drawn = adapter.parameters().get(LAYER + ".hra_u");
            float[] u = drawn == null ? new float[0] : drawn.toFloats();
            for (int i = 0; i < 3; i++) {
                reflect(expected, column(u, i, 3));
            }
            double[][] folded =
                    rows(((Mergeable) adapter).folded(LAYER + ".weight").toFloats());
            for (int row = 0; row < expected.length; row++) {
                for (int at = 0; at < expected[row].length; at++) {
                    assertThat(folded[row][at]).isCloseTo(expected[row][at], ROUNDING);
                }
            }
        }
    }

    /** {@code W ← W (I − 2 u uᵀ / |u|²)}. */
    private static void reflect(double[][] weight, double[] u) {
        double square = 0;
        for (double each : u) {
            square += each * each;
        }
        for (double[] row : weight) {
            double along = 0;
            for (int i = 0; i < row.length; i++) {
                along += row[i] * u[i];
            }
            for (int i = 0; i < row.length; i++) {
                row[i] -= 2 * along * u[i] / square;
            }
        }
    }

    private static double[] column(float[] values, int column, int columns) {
        var found = new double[values.length / columns];
        for (int i = 0; i < found.length; i++) {
            found[i] = values[i * columns + column];
        }
        return found;
    }

    private static double[][] rows(float[] values) {
        var rows = new double[values.length / 16][16];
        for (int i = 0; i < values.length; i++) {
            rows[i / 16][i % 16] = values[i];
        }
        return rows;
    }

    /** What a layer gives differs, but the lengths of its weights do not, whatever the reflections. */
    @Test
    void keepsLengthsAndFoldsWithOrthogonalReflectionsToo() {
        for (boolean orthogonal : new boolean[] {false, true}) {
            var settings = Map.<String, Object>of("method", "hra", "rank", 5, "apply_gs", orthogonal);
            try (var model = TinyTask.model();
                    var adapter = Methods.scan().attach(model, settings, 2);
                    var scope = Scope.open()) {
                float[] base = TinyTask.logits(model, Hooks.NONE);
                float[] turned = TinyTask.logits(model, adapter.hooks());
                assertThat(TensorEngine.distance(base, turned)).isGreaterThan(1e-3);
                for (var site : model.linearSites()) {
                    if (site.layer() >= 0) {
                        var folded = ((Mergeable) adapter).folded(site.path() + ".weight");
                        assertThat(folded.mul(folded).sum().item())
                                .isCloseTo(
                                        site.weight().mul(site.weight()).sum().item(), Offset.offset(1e-3));
                        site.weight().copyFrom(folded);
                    }
                }
                assertThat(TensorEngine.distance(TinyTask.logits(model, Hooks.NONE), turned))
                        .isLessThan(1e-4);
            }
        }
    }
}
