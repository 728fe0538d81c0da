package dev.tenon.method.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Activation;
import dev.tenon.method.Bottleneck;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanguageTest extends MethodContract {
    private final Methods methods = Methods.scan();

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "language", "reduction_factor", 4),
                Map.of("method", "language", "kind", "seq_bn_inv", "reduction_factor", 2, "activation", "tanh"));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.02;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.kind",
                Map.of("method", "language", "kind", "par_bn"),
                "adapter.reduction_factor",
                Map.of("method", "language", "reduction_factor", 17),
                "adapter.inv_reduction_factor",
                Map.of("method", "language", "kind", "seq_bn_inv", "inv_reduction_factor", 9),
                "adapter.activation",
                Map.of("method", "language", "activation", "step"));
    }

    /** mBERT's size: 12 blocks of 768. */
    @Test
    void countsWhatTheCardCounts() {
        assertThat(onBert("seq_bn")).isEqualTo(894_528);
        assertThat(onBert("seq_bn_inv")).isEqualTo(894_528 + 296_064);
    }

    private long onBert(String kind) {
        return new Language().parameterCount(outline(768), config(kind));
    }

    private LanguageConfig config(String kind) {
        return (LanguageConfig) methods.parse(Map.of("method", "language", "kind", kind));
    }

    private static ModelOutline outline(int hidden) {
        var linears = new ArrayList<SiteShape>();
        for (int layer = 0; layer < 12; layer++) {
            linears.add(new SiteShape("layer." + layer + ".dense", layer, hidden, hidden));
        }
        return new ModelOutline(linears, new SiteShape("words", -1, 100, hidden), List.of(), Map.of());
    }

    @Test
    void anOddWidthCannotBeHalved() {
        assertThatThrownBy(() -> new Language().parameterCount(outline(33), config("seq_bn_inv")))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.param())
                        .isEqualTo("adapter.kind"));
    }

    private static Coupling coupling(Random random, int half, int width) {
        return new Coupling(bottleneck(random, half, width), bottleneck(random, half, width));
    }

    private static Bottleneck bottleneck(Random random, int half, int width) {
        return new Bottleneck(
                Tensors.randn(random, width, half),
                Tensors.randn(random, width),
                Tensors.randn(random, half, width),
                Tensors.randn(random, half),
                Activation.RELU,
                1,
                null);
    }

    @Test
    void theCouplingIsUndone() {
        var random = new Random(3);
        try (var scope = Scope.open()) {
            var coupling = coupling(random, 8, 4);
            Tensor x = Tensors.randn(random, 20, 16);
            Tensor y = coupling.forward(x);
            assertThat(TensorEngine.distance(y.toFloats(), x.toFloats())).isGreaterThan(0.5);
            double scale = y.abs().max().item();
            assertThat(TensorEngine.distance(coupling.inverse(y).toFloats(), x.toFloats()))
                    .isLessThan(1e-6 * Math.max(1, scale));
            assertThat(TensorEngine.distance(
                            coupling.forward(coupling.inverse(x)).toFloats(), x.toFloats()))
                    .isLessThan(1e-5);
        }
    }

    /** The Jacobian at a point, by differences, has the determinant one. */
    @Test
    void theCouplingKeepsVolumes() {
        var random = new Random(4);
        try (var scope = Scope.open()) {
            var coupling = coupling(random, 2, 3);
            Tensor point = Tensors.randn(random, 1, 4);
            float[] here = coupling.forward(point).toFloats();
            float step = 1f / 1024;
            var jacobian = new double[4][4];
            for (int i = 0; i < 4; i++) {
                var moved = point.toFloats();
                moved[i] += step;
                float[] there = coupling.forward(Tensors.of(moved, 1, 4)).toFloats();
                for (int k = 0; k < 4; k++) {
                    jacobian[k][i] = (there[k] - here[k]) / step;
                }
            }
            assertThat(determinant(jacobian)).isBetween(0.98, 1.02);
        }
    }

    private static double determinant(double[][] m) {
        if (m.length == 1) {
            return m[0][0];
        }
        double sum = 0;
        for (int column = 0; column < m.length; column++) {
            var minor = new double[m.length - 1][m.length - 1];
            for (int row = 1; row < m.length; row++) {
                for (int k = 0, at = 0; k < m.length; k++) {
                    if (k != column) {
                        minor[row - 1][at++] = m[row][k];
                    }
                }
            }
            sum += (column % 2 == 0 ? 1 : -1) * m[0][column] * determinant(minor);
        }
        return sum;
    }

    @Test
    void withoutWeightsItIsTheBase() {
        for (var setting : settings()) {
            try (var model = TinyTask.model();
                    var adapter = methods.attach(model, setting, 1);
                    var scope = Scope.open()) {
                float[] base = model.hidden(TinyTask.sequences(), Hooks.NONE).toFloats();
                assertThat(TensorEngine.distance(
                                model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats(), base))
                        .as("near the base")
                        .isBetween(1e-7, 0.5);
                adapter.parameters()
                        .values()
                        .forEach(tensor -> tensor.copyFrom(tensor.detach().mul(0)));
                assertThat(model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats())
                        .isEqualTo(base);
            }
        }
    }
}
