package dev.tenon.model.encoder;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderConfig.Top;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names and shapes of an encoder's tensors. */
final class EncoderTensors {
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    private EncoderTensors() {}

    /** Those in the checkpoint, by its names. */
    static Map<String, long[]> stored(EncoderConfig config) {
        var names = EncoderNames.of(config.family());
        var all = new LinkedHashMap<String, long[]>();
        all.put(names.positions(), new long[] {config.firstPosition() + config.maxPositions(), config.hidden()});
        if (config.typeVocabulary() > 0) {
            all.put(names.types(), new long[] {config.typeVocabulary(), config.hidden()});
        }
        all.putAll(sites(config));
        if (config.head() == Top.MASKED) {
            long[] bias = all.remove(names.maskedDecoder() + ".bias");
            all.put(names.maskedBias(), bias == null ? new long[] {config.vocabulary()} : bias);
            if (config.tiedHead()) {
                all.remove(names.maskedDecoder() + ".weight");
            }
        }
        var form = HeadForms.own(config);
        if (form != null) {
            all.putAll(form.tensors());
        }
        var stored = new LinkedHashMap<String, long[]>();
        all.forEach((name, shape) -> stored.put(fileName(config, names, name), shape));
        return stored;
    }

    /** In a bare encoder's checkpoint the encoder's own name is left out. */
    static String fileName(EncoderConfig config, EncoderNames names, String name) {
        String prefix = names.prefix() + ".";
        return !config.prefixed() && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    /** Those of the sites, by the sites' paths; a tied head counts as one of its own. */
    static Map<String, long[]> sites(EncoderConfig config) {
        var names = EncoderNames.of(config.family());
        var tensors = new EncoderTensors();
        int hidden = config.hidden();
        tensors.shapes.put(names.words() + ".weight", new long[] {config.vocabulary(), hidden});
        tensors.norm(names.embeddingNorm(), hidden);
        for (int layer = 0; layer < config.layers(); layer++) {
            tensors.block(names.block(layer), names, config);
        }
        if (config.pooler()) {
            tensors.linear(names.pooler(), hidden, hidden);
        }
        if (config.head() == Top.MASKED) {
            tensors.linear(names.maskedDense(), hidden, hidden);
            tensors.norm(names.maskedNorm(), hidden);
            tensors.linear(names.maskedDecoder(), hidden, config.vocabulary());
        }
        return tensors.shapes;
    }

    private void block(String path, EncoderNames names, EncoderConfig config) {
        int hidden = config.hidden();
        linear(path + names.query(), hidden, hidden);
        linear(path + names.key(), hidden, hidden);
        linear(path + names.value(), hidden, hidden);
        linear(path + names.attentionOutput(), hidden, hidden);
        norm(path + names.attentionNorm(), hidden);
        linear(path + names.inner(), hidden, config.intermediate());
        linear(path + names.outer(), config.intermediate(), hidden);
        norm(path + names.forwardNorm(), hidden);
    }

    private void linear(String path, int in, int out) {
        shapes.put(path + ".weight", new long[] {out, in});
        shapes.put(path + ".bias", new long[] {out});
    }

    private void norm(String path, int width) {
        shapes.put(path + ".weight", new long[] {width});
        shapes.put(path + ".bias", new long[] {width});
    }
}
