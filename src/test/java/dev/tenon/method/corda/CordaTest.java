package dev.tenon.method.corda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Calibration;
import dev.tenon.method.LowRankAdapter;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CordaTest extends MethodContract {
    private static final String QUERY = "model.layers.0.self_attn.q_proj";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                corda(Map.of("rank", 3, "alpha", 3)),
                corda(Map.of("rank", 2, "alpha", 8, "mode", "kpm", "target_modules", List.of("q_proj", "v_proj"))),
                corda(Map.of("rank", 2, "examples", 2, "dropout", 0.1, "layers_to_transform", List.of(1))));
    }

    private static Map<String, Object> corda(Map<String, Object> more) {
        var all = new LinkedHashMap<>(more);
        all.put("method", "corda");
        return all;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.rank", corda(Map.of("rank", 9)),
                "adapter.mode", corda(Map.of("mode", "both")),
                "adapter.examples", corda(Map.of("examples", 0)),
                "adapter.target_modules", corda(Map.of("rank", 2, "target_modules", List.of("c_attn"))));
    }

    @Override
    protected double startsAsBaseUpTo() {
        return 1e-5;
    }

    /** Data decide the start. */
    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    /** A folder holds the plain LoRA of twice the rank. */
    @Override
    protected boolean isWrittenAsAnother() {
        return true;
    }

    /** 2 layers; q is 16×16, v 8×16. */
    @Test
    void countsAsLora() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1))) {
            assertThat(adapter.parameterCount()).isEqualTo(2 * 2 * ((16 + 16) + (16 + 8)));
        }
    }

    @Test
    void withoutDataItIsRefused() {
        try (var model = TinyTask.model()) {
            assertThatThrownBy(() -> Methods.scan()
                            .attach(model, settings().getFirst(), 1)
                            .close())
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.code()).isEqualTo("calibration_without_data"));
        }
    }

    @Test
    void atFullRankBothModesAreTheWholeMatrix() {
        for (String mode : List.of("ipm", "kpm")) {
            try (var scope = Scope.open();
                    var model = TinyTask.model();
                    var adapter = attach(
                            model, corda(Map.of("rank", 16, "mode", mode, "target_modules", List.of("q_proj"))))) {
                var pair = Objects.requireNonNull(adapter.pairs().get(QUERY));
                Tensor whole = pair.b().matmul(pair.a()).mul(pair.scale());
                Tensor weight = ((LinearSite) Objects.requireNonNull(model.sites().get(QUERY))).weight();
                assertThat(whole.sub(weight).abs().max().item()).isLessThan(1e-5);
            }
        }
    }

    @Test
    void forWhiteInputsItStartsAsPissa() {
        TensorEngine.start();
        try (var scope = Scope.open()) {
            Tensor weight = Tensors.randn(new Random(2), 12, 10);
            Tensor white = Kernels.call("scale", identity(10), 3.0);
            var corda = Kernels.callList("context_pair", weight, white, 4, 0.5, false);
            var pissa = Kernels.callList("principal_pair", weight, 4, 0.5);
            Tensor ours = corda.getLast().matmul(corda.getFirst());
            Tensor theirs = pissa.getLast().matmul(pissa.getFirst());
            assertThat(ours.sub(theirs).abs().max().item()).isLessThan(1e-4);
        }
    }

    private static Tensor identity(int size) {
        var values = new float[size * size];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return Tensors.of(values, size, size);
    }

    /** A covariance without full rank, as fewer tokens than channels give, is damped until it can be inverted. */
    @Test
    void aSingularCovarianceIsDamped() {
        TensorEngine.start();
        try (var scope = Scope.open()) {
            Tensor x = Tensors.randn(new Random(4), 3, 10);
            Tensor sum = Tensors.zeros(DType.F32, Device.cpu(), 10, 10);
            Kernels.callNothing("add_covariance", sum, x, new long[] {2, 1});
            var inverted = Kernels.callList("invertible", sum);
            Tensor one = inverted.getFirst().matmul(inverted.getLast()).to(DType.F32);
            assertThat(one.sub(identity(10)).abs().max().item()).isLessThan(0.05);
        }
    }

    @Test
    void itsFolderIsAPlainLoraOfTwiceTheRank(@TempDir Path folder) {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst())) {
            AdapterFolder.save(adapter, folder, "tiny");
            try (var plain = AdapterFolder.load(model, folder)) {
                assertThat(plain.parameterCount()).isEqualTo(2 * adapter.parameterCount());
                assertThat(plain.config().getClass().getSimpleName()).isEqualTo("LoraConfig");
            }
        }
    }

    private static LowRankAdapter<?> attach(CausalModel model, Map<String, Object> settings) {
        var calibration = new Calibration(List.of(TinyTask.sequences()));
        return (LowRankAdapter<?>) Methods.scan().attach(model, settings, 1, calibration);
    }
}
