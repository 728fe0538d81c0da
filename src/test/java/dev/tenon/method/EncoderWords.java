package dev.tenon.method;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings for a decoder in the words of an encoder: what the one calls {@code q_proj} the other calls {@code query}. */
final class EncoderWords {
    private static final Map<String, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put("q_proj", "query");
        WORDS.put("k_proj", "key");
        WORDS.put("v_proj", "value");
        WORDS.put("o_proj", "attention.output.dense");
        WORDS.put("(gate|up)_proj", "intermediate.dense");
        WORDS.put("gate_proj", "intermediate.dense");
        WORDS.put("up_proj", "intermediate.dense");
        WORDS.put("down_proj", "output.dense");
        WORDS.put("input_layernorm", "attention.output.LayerNorm");
        WORDS.put("post_attention_layernorm", "output.LayerNorm");
        WORDS.put("model.norm", "embeddings.LayerNorm");
        WORDS.put("embed_tokens", "word_embeddings");
        WORDS.put("self_attn", "attention.self");
        WORDS.put("layers.", "layer.");
        WORDS.put("layers\\.", "layer\\.");
        WORDS.put("lm_head", "cls.predictions.transform.dense");
    }

    private EncoderWords() {}

    static Map<String, Object> of(Map<String, Object> settings) {
        var translated = new LinkedHashMap<String, Object>();
        settings.forEach((name, value) -> translated.put(name, translate(value)));
        return translated;
    }

    private static Object translate(Object value) {
        return switch (value) {
            case String text -> word(text);
            case Collection<?> items ->
                items.stream().map(EncoderWords::translate).distinct().toList();
            case Map<?, ?> entries -> {
                var translated = new LinkedHashMap<Object, Object>();
                entries.forEach((key, entry) -> translated.put(translate(key), translate(entry)));
                yield translated;
            }
            default -> value;
        };
    }

    private static String word(String text) {
        String translated = text;
        for (var word : WORDS.entrySet()) {
            translated = translated.replace(word.getKey(), word.getValue());
        }
        return translated;
    }
}
