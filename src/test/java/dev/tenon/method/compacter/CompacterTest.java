package dev.tenon.method.compacter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompacterTest extends MethodContract {
    private final Methods methods = Methods.scan();

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "compacter", "reduction_factor", 4, "phm_init_range", 0.01),
                Map.of("method", "compacter", "variant", "compacter", "reduction_factor", 2, "phm_dim", 2),
                Map.of(
                        "method",
                        "compacter",
                        "reduction_factor",
                        2,
                        "phm_rank",
                        2,
                        "phm_init_range",
                        0.1,
                        "train_norms",
                        false));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.05;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.phm_dim",
                Map.of("method", "compacter", "reduction_factor", 8),
                "adapter.reduction_factor",
                Map.of("method", "compacter", "reduction_factor", 32),
                "adapter.phm_rank",
                Map.of("method", "compacter", "reduction_factor", 4, "phm_rank", 2),
                "adapter.variant",
                Map.of("method", "compacter", "variant", "compacter+++"),
                "adapter.phm_init_range",
                Map.of("method", "compacter", "phm_init_range", 0));
    }

    /** T5-base: 24 blocks of 768 and 62 norms without biases; the paper's 0.047 % and 0.073 % of 222.9 M. */
    @Test
    void countsToTheUnitWhatThePaperCounts() {
        assertThat(onT5("compacter++", true)).isEqualTo(104_704);
        assertThat(onT5("compacter", true)).isEqualTo(161_728);
        assertThat(onT5("compacter++", false)).isEqualTo(24 * 2_376 + 64);
        assertThat(onT5("compacter", false)).isEqualTo(48 * 2_376 + 64);
    }

    private long onT5(String variant, boolean norms) {
        var linears = new java.util.ArrayList<SiteShape>();
        var tensors = new LinkedHashMap<String, long[]>();
        for (int layer = 0; layer < 24; layer++) {
            linears.add(new SiteShape("block." + layer + ".wi", layer, 768, 3072));
        }
        for (int norm = 0; norm < 62; norm++) {
            tensors.put("norm." + norm + ".weight", new long[] {768});
        }
        var outline = new ModelOutline(linears, new SiteShape("shared", -1, 32_128, 768), List.of(), tensors);
        var config = (CompacterConfig) methods.parse(Map.of(
                "method", "compacter", "variant", variant, "reduction_factor", 32, "train_norms", norms));
        return new Compacter().parameterCount(outline, config);
    }

    @Test
    void aMatrixIsTheSumOfKroneckerProducts() {
        int n = 3;
        int in = 2;
        int out = 4;
        int q = 2;
        var random = new java.util.Random(1);
        try (var scope = Scope.open()) {
            var a = Tensors.randn(random, n, n, n);
            var s = Tensors.randn(random, n, in, q);
            var t = Tensors.randn(random, n, q, out);
            float[] weight = Kernels.call("kronecker_sum", a, s, t).toFloats();
            float[] av = a.toFloats();
            float[] sv = s.toFloats();
            float[] tv = t.toFloats();
            var expected = new float[n * out * n * in];
            for (int i = 0; i < n; i++) {
                for (int row = 0; row < n * in; row++) {
                    for (int column = 0; column < n * out; column++) {
                        double product = 0;
                        for (int k = 0; k < q; k++) {
                            product += sv[(i * in + row % in) * q + k] * tv[(i * q + k) * out + column % out];
                        }
                        expected[column * n * in + row] += av[(i * n + row / in) * n + column / out] * product;
                    }
                }
            }
            assertThat(TensorEngine.distance(weight, expected)).isLessThan(1e-5);
        }
    }

    /** With n = 1 the shared factor is one number, and factors of full rank make any matrix. */
    @Test
    void ofDimensionOneAndFullRankItIsAnyMatrix() {
        var random = new java.util.Random(2);
        try (var scope = Scope.open()) {
            var any = Tensors.randn(random, 3, 5);
            var identity = Tensors.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1, 3, 3);
            var made = Kernels.call(
                    "kronecker_sum", Tensors.of(new float[] {1}, 1, 1, 1), identity, any.reshape(1, 3, 5));
            assertThat(made.toFloats())
                    .isEqualTo(any.transpose(0, 1).contiguous().toFloats());
        }
    }

    @Test
    void theSharedFactorIsOneTensor() {
        try (var model = TinyTask.model();
                var adapter = methods.attach(model, settings().get(1), 1)) {
            assertThat(adapter.parameters().keySet().stream().filter(name -> name.contains("phm_rule")))
                    .hasSize(1);
            assertThat(adapter.parameters().keySet().stream().filter(name -> name.endsWith("W_left")))
                    .hasSize(2 * 2 * 2);
        }
    }
}
