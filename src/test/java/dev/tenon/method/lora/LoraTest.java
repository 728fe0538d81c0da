package dev.tenon.method.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.LowRankGradients;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoraTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "lora", "rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj")),
                Map.of("method", "lora", "rank", 2, "target_modules", "all-linear", "use_rslora", true),
                Map.of(
                        "method",
                        "lora",
                        "rank",
                        2,
                        "target_modules",
                        ".*\\.(gate|up)_proj",
                        "init_lora_weights",
                        "gaussian",
                        "dropout",
                        0.1),
                Map.of(
                        "method",
                        "lora",
                        "rank",
                        2,
                        "target_modules",
                        List.of("embed_tokens", "q_proj"),
                        "bias",
                        "lora_only"),
                Map.of(
                        "method",
                        "lora",
                        "rank",
                        3,
                        "target_modules",
                        List.of("q_proj", "k_proj", "down_proj"),
                        "rank_pattern",
                        Map.of("layers.1.*down_proj", 1),
                        "alpha_pattern",
                        Map.of("k_proj", 3.5),
                        "exclude_modules",
                        List.of("layers.0.self_attn.k_proj"),
                        "layers_to_transform",
                        List.of(0, 1),
                        "modules_to_save",
                        List.of("lm_head", "input_layernorm"),
                        "bias",
                        "all"));
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.ofEntries(
                Map.entry("adapter.rank", Map.of("method", "lora", "rank", 0)),
                Map.entry("adapter.rank#huge", Map.of("method", "lora", "rank", 1_000_000_000)),
                Map.entry("adapter.rank#above", Map.of("method", "lora", "rank", 9)),
                Map.entry("adapter.rank#text", Map.of("method", "lora", "rank", "8")),
                Map.entry("adapter.rank#part", Map.of("method", "lora", "rank", 2.5)),
                Map.entry("adapter.alpha", Map.of("method", "lora", "alpha", 0)),
                Map.entry("adapter.dropout", Map.of("method", "lora", "dropout", 1.0)),
                Map.entry("adapter.bias", Map.of("method", "lora", "bias", "some")),
                Map.entry("adapter.colour", Map.of("method", "lora", "colour", "red")),
                Map.entry("adapter.target_modules", Map.of("method", "lora", "target_modules", List.of("c_attn"))),
                Map.entry("adapter.target_modules#one", Map.of("target_modules", List.of("q_proj", "c_attn"))),
                Map.entry("adapter.target_modules#regex", Map.of("method", "lora", "target_modules", "(q_proj")),
                Map.entry(
                        "adapter.rank_pattern",
                        Map.of("target_modules", List.of("q_proj"), "rank_pattern", Map.of("o_proj", 4))),
                Map.entry("adapter.rank_pattern.q_proj", Map.of("rank_pattern", Map.of("q_proj", 0))),
                Map.entry(
                        "adapter.alpha_pattern",
                        Map.of("target_modules", List.of("q_proj"), "alpha_pattern", Map.of("o_proj", 4))),
                Map.entry(
                        "adapter.layers_to_transform",
                        Map.of("target_modules", List.of("q_proj"), "layers_to_transform", List.of(0, 2))),
                Map.entry("adapter.modules_to_save", Map.of("rank", 2, "modules_to_save", List.of("score"))),
                Map.entry("adapter.modules_to_save#twice", Map.of("rank", 2, "modules_to_save", List.of("q_proj"))),
                Map.entry("adapter.method", Map.of("method", "telepathy")));
    }

    /** Numbers from PEFT's rules: 2 layers; q is 16×16, k and v 8×16, down 16×24; head 40×16; biases 16, 8, 8. */
    @Test
    void countsWhatPeftWouldCount() {
        var methods = Methods.scan();
        var all = settings();
        try (var model = TinyTask.model();
                var first = methods.attach(model, all.get(0), 1);
                var last = methods.attach(model, all.get(4), 1)) {
            assertThat(first.parameterCount()).isEqualTo(2 * (4 * (16 + 16) + 4 * (16 + 8)));
            long pairs = 2 * 3 * (16 + 16) + 3 * (16 + 8) + 3 * (24 + 16) + (24 + 16);
            long whole = 40 * 16 + 2 * 16 + 2 * (16 + 8 + 8);
            assertThat(last.parameterCount()).isEqualTo(pairs + whole);
        }
    }

    @Test
    void theHandDerivedGradientIsThatOfTheTape() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().get(1), 3);
                var scope = Scope.open()) {
            var parameters = List.copyOf(adapter.parameters().values());
            shake(parameters);
            List<Tensor> expected;
            Tensor output;
            try (var tape = Tape.open()) {
                Tensor hidden = model.hidden(TinyTask.sequences(), adapter.hooks());
                output = hidden.detach();
                expected = tape.gradients(hidden.mul(hidden).sum().mul(0.5), parameters);
            }
            var pairs = adapter.hooks().lowRankOnly();
            assertThat(pairs).hasSize(14);
            var pass = ((LowRankGradients) model).forward(TinyTask.sequences(), pairs);
            assertThat(TensorEngine.distance(pass.hidden().detach().toFloats(), output.toFloats()))
                    .isLessThan(1e-5);
            var found = pass.backward(pass.hidden().detach().copy());
            for (int i = 0; i < parameters.size(); i++) {
                float[] ours = java.util.Objects.requireNonNull(found.get(parameters.get(i)))
                        .toFloats();
                assertThat(TensorEngine.distance(ours, expected.get(i).toFloats()))
                        .as("parameter " + i)
                        .isLessThan(1e-4);
            }
        }
    }

    /** Moves every parameter off its special start. */
    private static void shake(List<Tensor> parameters) {
        var random = new java.util.Random(5);
        for (Tensor parameter : parameters) {
            parameter.copyFrom(parameter
                    .detach()
                    .add(dev.tenon.tensor.Tensors.randn(random, parameter.shape())
                            .mul(0.1)));
        }
    }

    @Test
    void onlyPlainPairsOfferTheFastGradient() {
        var methods = Methods.scan();
        try (var model = TinyTask.model()) {
            for (var setting : settings()) {
                try (var adapter = methods.attach(model, setting, 1)) {
                    adapter.train(true);
                    boolean plain = settings().indexOf(setting) < 2;
                    assertThat(adapter.hooks().lowRankOnly().isEmpty()).isEqualTo(!plain);
                }
            }
        }
    }
}
