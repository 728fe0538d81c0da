package dev.tenon.method.bitfit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.ModelOutline;
import dev.tenon.tensor.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BitFitTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "bitfit", "create_missing", false),
                Map.of("method", "bitfit"),
                Map.of(
                        "method",
                        "bitfit",
                        "target_modules",
                        List.of("v_proj", "down_proj")));
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.2;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.target_modules",
                Map.of("method", "bitfit", "target_modules", List.of("q_proj", "c_attn")),
                "adapter.create_missing",
                Map.of("method", "bitfit", "create_missing", false, "target_modules", List.of("down_proj")),
                "adapter.create_missing#norms",
                Map.of("method", "bitfit", "target_modules", ".*layernorm"));
    }

    /** 2 layers: q is 16 wide with a bias, k and v 8 with one; o and down 16, gate and up 24 without. */
    @Test
    void hasOneValueForEveryOutput() {
        var methods = Methods.scan();
        try (var model = TinyTask.model();
                var own = methods.attach(model, settings().get(0), 1);
                var all = methods.attach(model, settings().get(1), 1);
                var chosen = methods.attach(model, settings().get(2), 1)) {
            assertThat(own.parameterCount()).isEqualTo(2 * (16 + 8 + 8));
            assertThat(all.parameterCount()).isEqualTo(2 * (16 + 8 + 8 + 16 + 24 + 24 + 16));
            assertThat(chosen.parameterCount()).isEqualTo(2 * (8 + 16));
        }
    }

    @Test
    void aTrainedBiasStartsAsTheModelsOwn() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().get(0), 1);
                var scope = Scope.open()) {
            model.linearSites().forEach(site -> {
                var bias = site.bias();
                var trained = adapter.parameters().get(site.path() + ".bias");
                assertThat(trained != null).isEqualTo(bias != null);
                if (bias != null && trained != null) {
                    assertThat(trained.toFloats()).isEqualTo(bias.toFloats());
                }
            });
        }
    }

    @Test
    void aBaseWithoutBiasesIsRefusedWithTheWayOut() {
        try (var model = TinyTask.model()) {
            var outline = ModelOutline.of(model.config());
            var tensors = new java.util.LinkedHashMap<>(outline.tensors());
            tensors.keySet().removeIf(name -> name.endsWith(".bias"));
            var bare = new ModelOutline(outline.linears(), outline.embedding(), outline.attentions(), tensors);
            var config = (BitFitConfig) Methods.scan().parse(Map.of("method", "bitfit", "create_missing", false));
            assertThatThrownBy(() -> new BitFit().parameterCount(bare, config))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.code()).isEqualTo("no_biases");
                        assertThat(problem.message()).contains("create_missing", "true");
                    });
        }
    }
}
