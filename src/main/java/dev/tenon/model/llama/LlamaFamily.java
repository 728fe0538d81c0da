package dev.tenon.model.llama;

import static dev.tenon.model.ConfigJson.number;
import static dev.tenon.model.ConfigJson.require;
import static dev.tenon.model.ConfigJson.unsupported;

import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.ModelFamily;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.RotaryConfig;
import dev.tenon.model.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Llama, Qwen2 and Mistral: one block, told apart by their biases and by how far attention reaches back. */
public final class LlamaFamily implements ModelFamily {
    private static final Set<String> ROTARY_TYPES = Set.of("default", "linear", "dynamic", "llama3", "yarn");

    @Override
    public Set<String> modelTypes() {
        return Set.of("llama", "qwen2", "mistral");
    }

    @Override
    public DecoderConfig configure(JsonNode json) {
        String type = json.path("model_type").asString();
        require(json, "hidden_act", "silu");
        int hidden = number(json, "hidden_size");
        int heads = number(json, "num_attention_heads");
        int keyHeads = json.path("num_key_value_heads").asInt(heads);
        int layers = number(json, "num_hidden_layers");
        if (keyHeads < 1 || heads % keyHeads != 0) {
            throw unsupported(
                    "num_key_value_heads", keyHeads + " (it must divide num_attention_heads = " + heads + ")");
        }
        boolean bias = json.path("attention_bias").asBoolean(false);
        return new DecoderConfig(
                type,
                hidden,
                layers,
                heads,
                keyHeads,
                json.path("head_dim").asInt(hidden / heads),
                number(json, "intermediate_size"),
                number(json, "vocab_size"),
                json.path("max_position_embeddings").asInt(2048),
                json.path("rms_norm_eps").asDouble(1e-6),
                json.path("tie_word_embeddings").asBoolean(false),
                type.equals("qwen2") || bias,
                bias && !type.equals("qwen2"),
                json.path("mlp_bias").asBoolean(false),
                windows(json, type, layers),
                rotary(json),
                endTokens(json.path("eos_token_id")));
    }

    @Override
    public Map<String, long[]> tensors(ModelConfig config) {
        return LlamaTensors.of((DecoderConfig) config);
    }

    @Override
    public ModelOutline outline(ModelConfig config) {
        var tensors = new LinkedHashMap<>(tensors(config));
        tensors.putIfAbsent("lm_head.weight", new long[] {config.vocabulary(), config.hidden()});
        return ModelOutline.of(
                tensors,
                "model.embed_tokens",
                IntStream.range(0, config.layers())
                        .mapToObj(layer -> DecoderBlock.attention(layer, config))
                        .toList());
    }

    @Override
    public Set<String> harmless(ModelConfig config) {
        return config.tiedHead() ? Set.of("lm_head.weight") : Set.of();
    }

    @Override
    public CausalModel build(ModelConfig config, Weights weights, Device device, DType type) {
        return new LlamaModel((DecoderConfig) config, weights, device, type);
    }

    /** Newer files name the kind of every layer; older ones give one window and, for Qwen2, the layer it starts at. */
    private static List<Integer> windows(JsonNode json, String type, int layers) {
        int window = type.equals("llama") ? 0 : json.path("sliding_window").asInt(0);
        if (type.equals("mistral") && json.path("sliding_window").isMissingNode()) {
            window = 4096; // transformers' default for Mistral; an explicit null means none
        }
        boolean used = !type.equals("qwen2") || json.path("use_sliding_window").asBoolean(false);
        JsonNode kinds = json.path("layer_types");
        int first = type.equals("qwen2") ? json.path("max_window_layers").asInt(28) : 0;
        var windows = new ArrayList<Integer>();
        for (int layer = 0; layer < layers; layer++) {
            boolean slides = kinds.isArray()
                    ? kinds.path(layer).asString("").equals("sliding_attention")
                    : used && layer >= first;
            windows.add(slides ? window : 0);
        }
        return windows;
    }

    private static RotaryConfig rotary(JsonNode json) {
        JsonNode scaling =
                json.path("rope_parameters").isObject() ? json.path("rope_parameters") : json.path("rope_scaling");
        double theta =
                scaling.path("rope_theta").asDouble(json.path("rope_theta").asDouble(10_000));
        String type = scaling.path("rope_type").asString(scaling.path("type").asString("default"));
        if (!ROTARY_TYPES.contains(type)) {
            throw unsupported("rope_type", "'%s' (supported: %s)".formatted(type, String.join(", ", ROTARY_TYPES)));
        }
        int positions = json.path("max_position_embeddings").asInt(2048);
        int original = scaling.path("original_max_position_embeddings")
                .asInt(json.path("original_max_position_embeddings").asInt(type.equals("yarn") ? positions : 8192));
        double factor = scaling.path("factor").asDouble(type.equals("yarn") ? (double) positions / original : 1);
        return new RotaryConfig(
                type,
                theta,
                factor,
                scaling.path("low_freq_factor").asDouble(1),
                scaling.path("high_freq_factor").asDouble(4),
                original,
                scaling.path("beta_fast").asDouble(32),
                scaling.path("beta_slow").asDouble(1),
                type.equals("yarn") ? magnitude(scaling, factor) : 1);
    }

    /** YaRN's factor on the attention's temperature, as transformers derives it where the file does not give it. */
    private static double magnitude(JsonNode scaling, double factor) {
        double own = scaling.path("mscale").asDouble(0);
        double all = scaling.path("mscale_all_dim").asDouble(0);
        double derived =
                own != 0 && all != 0 ? logarithmic(factor, own) / logarithmic(factor, all) : logarithmic(factor, 1);
        return scaling.path("attention_factor").asDouble(derived);
    }

    private static double logarithmic(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }

    private static List<Integer> endTokens(JsonNode node) {
        var ids = new ArrayList<Integer>();
        if (node.isArray()) {
            node.forEach(id -> ids.add(id.asInt()));
        } else if (node.isNumber()) {
            ids.add(node.asInt());
        }
        return ids;
    }
}
