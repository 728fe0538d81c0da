package dev.tenon.method.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DoraTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                dora(Map.of("rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj"))),
                dora(Map.of("rank", 2, "use_rslora", true, "rank_pattern", Map.of("up_proj", 3))),
                dora(Map.of("rank", 2, "dropout", 0.1, "bias", "lora_only")),
                dora(Map.of("rank", 2, "target_modules", List.of("embed_tokens", "q_proj"), "lora_plus_ratio", 4)));
    }

    private static Map<String, Object> dora(Map<String, Object> more) {
        var all = new java.util.LinkedHashMap<>(more);
        all.put("method", "lora");
        all.put("use_dora", true);
        return all;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.use_dora",
                Map.of("method", "lora", "use_dora", "yes"),
                "adapter.lora_plus_ratio",
                dora(Map.of("lora_plus_ratio", 0)));
    }

    /** Σ out beside LoRA's count: 2 layers; q is 16×16, v 8×16. */
    @Test
    void addsALengthAnOutput() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().getFirst(), 1)) {
            assertThat(adapter.parameterCount()).isEqualTo(2 * (4 * (16 + 16) + 4 * (16 + 8) + 16 + 8));
        }
    }

    /** The lengths of {@code m (W + s B A) / ‖W + s B A‖} are m, computed here with the whole matrix. */
    @Test
    void theRowsOfTheFoldedMatrixHaveTheTrainedLengths() {
        try (var model = TinyTask.model();
                var adapter =
                        (LoraAdapter) Methods.scan().attach(model, settings().get(1), 1);
                var scope = Scope.open()) {
            var random = new Random(3);
            adapter.parameters()
                    .values()
                    .forEach(parameter -> parameter.copyFrom(parameter
                            .detach()
                            .add(Tensors.randn(random, parameter.shape()).mul(0.3))));
            adapter.train(false);
            for (String path : adapter.pairs().keySet()) {
                Tensor folded = adapter.folded(path + ".weight");
                float[] squares = folded.mul(folded).sum(1).toFloats();
                Tensor lengths = Objects.requireNonNull(adapter.parameters().get(path + LoraAdapter.MAGNITUDE))
                        .detach();
                assertThat(TensorEngine.distance(squares, lengths.mul(lengths).toFloats()))
                        .as(path)
                        .isLessThan(1e-4);
            }
        }
    }
}
