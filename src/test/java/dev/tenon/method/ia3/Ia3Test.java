package dev.tenon.method.ia3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Ia3Test extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "ia3"),
                Map.of("method", "ia3", "target_modules", "all-linear", "feedforward_modules", List.of()),
                Map.of(
                        "method",
                        "ia3",
                        "target_modules",
                        List.of("q_proj", "up_proj", "down_proj"),
                        "feedforward_modules",
                        List.of("up_proj", "down_proj"),
                        "exclude_modules",
                        List.of("layers.1.self_attn.q_proj"),
                        "modules_to_save",
                        List.of("lm_head", "input_layernorm", "embed_tokens")));
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
                Map.of("method", "ia3", "target_modules", List.of("c_attn")),
                "adapter.feedforward_modules",
                Map.of("method", "ia3", "target_modules", List.of("q_proj"), "feedforward_modules", List.of("up_proj")),
                "adapter.exclude_modules",
                Map.of("method", "ia3", "exclude_modules", ".*"),
                "adapter.modules_to_save",
                Map.of("method", "ia3", "modules_to_save", List.of("score")),
                "adapter.modules_to_save#twice",
                Map.of("method", "ia3", "modules_to_save", List.of("v_proj")),
                "adapter.rank",
                Map.of("method", "ia3", "rank", 2));
    }

    /** 2 layers; keys and values are 8 wide, the feed-forward part 24; q is 16 wide, the head 40 × 16. */
    @Test
    void hasOneFactorForEveryChannel() {
        var methods = Methods.scan();
        try (var model = TinyTask.model();
                var paper = methods.attach(model, settings().get(0), 1);
                var chosen = methods.attach(model, settings().get(2), 1)) {
            assertThat(paper.parameterCount()).isEqualTo(2 * (8 + 8 + 24));
            long factors = 16 + 2 * (16 + 24);
            assertThat(chosen.parameterCount()).isEqualTo(factors + 40 * 16 + 2 * 16 + 40 * 16);
        }
    }
}
