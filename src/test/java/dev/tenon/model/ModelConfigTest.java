package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.core.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations in both dialects, and the rotary frequencies that they ask for. */
class ModelConfigTest {
    private static final String SIZES = """
            "hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 3, "intermediate_size": 96,
            "vocab_size": 100, "max_position_embeddings": 4096, "hidden_act": "silu", "rms_norm_eps": 1e-5""";

    private static DecoderConfig read(String type, String more) {
        return (DecoderConfig) ModelConfig.parse("{\"model_type\": \"%s\", %s%s}".formatted(type, SIZES, more));
    }

    @Test
    void bothDialectsSayTheSame() {
        var older = read("llama", """
                , "torch_dtype": "float16", "rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3",
                "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 1024}""");
        var newer = read("llama", """
                , "dtype": "float16", "rope_parameters": {"rope_type": "llama3", "rope_theta": 500000.0,
                "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 1024}""");
        assertThat(older).isEqualTo(newer);
        assertThat(older.rotary().theta()).isEqualTo(500_000);
        assertThat(read("llama", "").rotary().type()).isEqualTo("default");
        assertThat(read("llama", ", \"rope_scaling\": null").rotary().theta()).isEqualTo(10_000);
    }

    @Test
    void linearStretchesEveryFrequency() {
        float[] plain = read("llama", "").rotary().frequencies(16);
        float[] linear = read("llama", ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}")
                .rotary()
                .frequencies(16);
        for (int i = 0; i < 8; i++) {
            assertThat(linear[i]).isEqualTo(plain[i] / 4, within(1e-9f));
        }
    }

    @Test
    void yarnKeepsFastFrequenciesAndStretchesSlowOnes() {
        var yarn = read("qwen2", """
                        , "rope_theta": 10000.0, "rope_scaling": {"type": "yarn", "factor": 4.0,
                        "original_max_position_embeddings": 1024}""").rotary();
        float[] plain = read("llama", "").rotary().frequencies(128);
        float[] found = yarn.frequencies(128);
        assertThat(found[0]).isEqualTo(plain[0]);
        assertThat(found[63]).isEqualTo(plain[63] / 4, within(1e-9f));
        // Dimension 32 makes 1024 / (2π · 100) = 1.63 turns: between slow (1) and fast (32), so between the two.
        assertThat(found[32]).isBetween(plain[32] / 4, plain[32]).isNotEqualTo(plain[32]);
        assertThat(yarn.magnitude()).isEqualTo(0.1 * Math.log(4) + 1, within(1e-12));
    }

    @Test
    void windowsAreByLayer() {
        assertThat(read("mistral", ", \"sliding_window\": 6").windows()).containsExactly(6, 6, 6);
        assertThat(read("mistral", ", \"sliding_window\": null").windows()).containsExactly(0, 0, 0);
        assertThat(read("qwen2", ", \"sliding_window\": 6, \"use_sliding_window\": true, \"max_window_layers\": 2")
                        .windows())
                .containsExactly(0, 0, 6);
        assertThat(read("qwen2", ", \"sliding_window\": 6, \"use_sliding_window\": false")
                        .windows())
                .containsExactly(0, 0, 0);
        assertThat(read("qwen2", """
                                , "sliding_window": 5, "use_sliding_window": true,
                                "layer_types": ["full_attention", "sliding_attention", "full_attention"]""").windows()).containsExactly(0, 5, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ", \"hidden_act\": \"gelu\"",
                ", \"rope_scaling\": {\"type\": \"longrope\"}",
                ", \"num_key_value_heads\": 3",
                ", \"hidden_size\": 0"
            })
    void whatIsNotSupportedIsNamed(String field) {
        String name = field.replaceAll("^, \"(\\w+)\".*", "$1");
        assertThatThrownBy(() -> read("llama", field))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(name.equals("rope_scaling") ? "rope_type" : name);
    }
}
