package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names and shapes of a Llama-type model's tensors. */
final class LlamaTensors {
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    private LlamaTensors() {}

    static Map<String, long[]> of(DecoderConfig config) {
        var tensors = new LlamaTensors();
        long hidden = config.hidden();
        tensors.shapes.put("model.embed_tokens.weight", new long[] {config.vocabulary(), hidden});
        for (int layer = 0; layer < config.layers(); layer++) {
            tensors.block("model.layers." + layer + ".", config);
        }
        tensors.shapes.put("model.norm.weight", new long[] {hidden});
        if (!config.tiedHead()) {
            tensors.shapes.put("lm_head.weight", new long[] {config.vocabulary(), hidden});
        }
        return tensors.shapes;
    }

    private void block(String path, DecoderConfig config) {
        long hidden = config.hidden();
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        shapes.put(path + "input_layernorm.weight", new long[] {hidden});
        linear(path + "self_attn.q_proj", hidden, queries, config.queryBias());
        linear(path + "self_attn.k_proj", hidden, keys, config.queryBias());
        linear(path + "self_attn.v_proj", hidden, keys, config.queryBias());
        linear(path + "self_attn.o_proj", queries, hidden, config.outputBias());
        shapes.put(path + "post_attention_layernorm.weight", new long[] {hidden});
        linear(path + "mlp.gate_proj", hidden, config.intermediate(), config.feedForwardBias());
        linear(path + "mlp.up_proj", hidden, config.intermediate(), config.feedForwardBias());
        linear(path + "mlp.down_proj", config.intermediate(), hidden, config.feedForwardBias());
    }

    private void linear(String path, long in, long out, boolean bias) {
        shapes.put(path + ".weight", new long[] {out, in});
        if (bias) {
            shapes.put(path + ".bias", new long[] {out});
        }
    }
}
