package dev.tenon.method.prompttuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.Calibration;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTuningTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "prompttuning", "num_virtual_tokens", 4),
                Map.of("method", "prompttuning", "num_virtual_tokens", 3, "prompt_tuning_init", "RANDOM"),
                text("Sort it", 5));
    }

    private static Map<String, Object> text(String text, int tokens) {
        return Map.of(
                "method",
                "prompttuning",
                "num_virtual_tokens",
                tokens,
                "prompt_tuning_init",
                "TEXT",
                "prompt_tuning_init_text",
                text);
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.num_virtual_tokens",
                Map.of("method", "prompttuning", "num_virtual_tokens", 0),
                "adapter.prompt_tuning_init",
                Map.of("method", "prompttuning", "prompt_tuning_init", "random"),
                "adapter.prompt_tuning_init_text",
                Map.of("method", "prompttuning", "prompt_tuning_init", "TEXT"),
                "adapter.prompt_tuning_init_text#alone",
                Map.of("method", "prompttuning", "prompt_tuning_init_text", "Sort it"),
                "adapter.method",
                text("Sort it", 5));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    /** A text's words are the same for every seed. */
    @Override
    protected boolean dependsOnTheSeed(Map<String, Object> setting) {
        return !"TEXT".equals(setting.get("prompt_tuning_init"));
    }

    @Override
    protected double learns() {
        return 0.01;
    }

    @Override
    protected double learningRate() {
        return 0.1;
    }

    @Test
    void beginsWithTheWordsOfTheTextOverAndOver() {
        var calibration = new Calibration(List.of(TinyTask.sequences()), text -> new long[] {7, 1, 30});
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, text("three words", 5), 1, calibration);
                var scope = Scope.open()) {
            var words = model.sites(EmbeddingSite.class).getFirst().base(Tensors.of(new long[] {7, 1, 30, 7, 1}, 5));
            assertThat(adapter.parameters().values().iterator().next().toFloats()).isEqualTo(words.toFloats());
        }
    }
}
