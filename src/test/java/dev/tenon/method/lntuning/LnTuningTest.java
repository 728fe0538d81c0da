package dev.tenon.method.lntuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LnTuningTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "lntuning"),
                Map.of("method", "lntuning", "target_modules", List.of("post_attention_layernorm", "model.norm")),
                Map.of(
                        "method",
                        "lntuning",
                        "target_modules",
                        ".*(input_layernorm|post_attention_layernorm)",
                        "exclude_modules",
                        List.of("layers.0.input_layernorm"),
                        "modules_to_save",
                        List.of("lm_head", "q_proj")));
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.05;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.target_modules",
                Map.of("method", "lntuning", "target_modules", List.of("q_proj")),
                "adapter.target_modules#one",
                Map.of("method", "lntuning", "target_modules", List.of("norm", "LayerNorm")),
                "adapter.exclude_modules",
                Map.of("method", "lntuning", "exclude_modules", ".*"),
                "adapter.modules_to_save",
                Map.of("method", "lntuning", "modules_to_save", List.of("norm")));
    }

    /** Five norms of 16; the last settings have three of them, q (16 × 16 and its bias) twice and a head of 40 × 16. */
    @Test
    void hasTheWeightsOfTheNorms() {
        var methods = Methods.scan();
        try (var model = TinyTask.model();
                var all = methods.attach(model, settings().get(0), 1);
                var chosen = methods.attach(model, settings().get(2), 1)) {
            assertThat(all.parameterCount()).isEqualTo(5 * 16);
            assertThat(chosen.parameterCount()).isEqualTo(3 * 16 + 2 * (16 * 16 + 16) + 40 * 16);
        }
    }

    /** An encoder's guess of masked tokens has a norm that its other heads do not use. */
    @Test
    void leavesTheNormsOfHeadsAloneUnlessTheyAreNamed() {
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put("roberta.embeddings.word_embeddings.weight", new long[] {50, 8});
        shapes.put("roberta.embeddings.LayerNorm.weight", new long[] {8});
        shapes.put("roberta.embeddings.LayerNorm.bias", new long[] {8});
        shapes.put("lm_head.layer_norm.weight", new long[] {8});
        var outline = ModelOutline.of(shapes, "roberta.embeddings.word_embeddings", List.of());
        var methods = Methods.scan();
        var all = (LnTuningConfig) methods.parse(Map.of("method", "lntuning"));
        var named =
                (LnTuningConfig) methods.parse(Map.of("method", "lntuning", "target_modules", List.of("layer_norm")));
        assertThat(LnTuningPlan.of(outline, all).norms()).containsExactly("roberta.embeddings.LayerNorm");
        assertThat(LnTuningPlan.of(outline, named).norms()).containsExactly("lm_head.layer_norm");
    }
}
