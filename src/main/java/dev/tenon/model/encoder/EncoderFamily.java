package dev.tenon.model.encoder;

import static dev.tenon.model.ConfigJson.number;
import static dev.tenon.model.ConfigJson.require;
import static dev.tenon.model.ConfigJson.unsupported;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderConfig.Top;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.ModelFamily;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** BERT, RoBERTa (also multilingual) and DistilBERT: one block under different names. */
public final class EncoderFamily implements ModelFamily {
    private static final Set<String> ACTIVATIONS = Set.of("gelu", "gelu_new", "relu");
    private static final Set<String> WITH_POOLER =
            Set.of("BertModel", "BertForSequenceClassification", "BertForPreTraining", "BertForNextSentencePrediction");

    @Override
    public Set<String> modelTypes() {
        return Set.of("bert", "roberta", "xlm-roberta", "distilbert");
    }

    @Override
    public EncoderConfig configure(JsonNode json) {
        String type = json.path("model_type").asString();
        boolean distilled = type.equals("distilbert");
        boolean counted = type.equals("roberta") || type.equals("xlm-roberta");
        if (json.path("is_decoder").asBoolean(false)) {
            throw unsupported("is_decoder", "true (supported: false)");
        }
        if (json.path("sinusoidal_pos_embds").asBoolean(false)) {
            throw unsupported("sinusoidal_pos_embds", "true (supported: false)");
        }
        require(json, "position_embedding_type", "absolute");
        int pad = json.path("pad_token_id").asInt(counted ? 1 : 0);
        int first = counted ? pad + 1 : 0;
        int hidden = number(json, distilled ? "dim" : "hidden_size");
        int heads = number(json, distilled ? "n_heads" : "num_attention_heads");
        if (hidden % heads != 0) {
            throw unsupported("num_attention_heads", heads + " (it must divide hidden_size = " + hidden + ")");
        }
        String activation = json.path(distilled ? "activation" : "hidden_act").asString("gelu");
        if (!ACTIVATIONS.contains(activation)) {
            throw unsupported("hidden_act", "'%s' (supported: gelu, gelu_new, relu)".formatted(activation));
        }
        String architecture = json.path("architectures").path(0).asString("ForMaskedLM");
        Top head = head(architecture);
        return new EncoderConfig(
                type,
                hidden,
                number(json, distilled ? "n_layers" : "num_hidden_layers"),
                heads,
                number(json, distilled ? "hidden_dim" : "intermediate_size"),
                number(json, "vocab_size"),
                json.path("max_position_embeddings").asInt(512) - first,
                json.path("layer_norm_eps").asDouble(1e-12),
                activation,
                distilled ? 0 : json.path("type_vocab_size").asInt(2),
                first,
                pad,
                json.path("tie_word_embeddings").asBoolean(true),
                WITH_POOLER.contains(architecture),
                head != Top.NONE,
                head,
                head == Top.SEQUENCE || head == Top.TOKEN ? labels(json) : List.of());
    }

    private static Top head(String architecture) {
        if (architecture.endsWith("ForMaskedLM") || architecture.equals("BertForPreTraining")) {
            return Top.MASKED;
        }
        if (architecture.endsWith("ForSequenceClassification")) {
            return Top.SEQUENCE;
        }
        if (architecture.endsWith("ForTokenClassification")) {
            return Top.TOKEN;
        }
        if (architecture.endsWith("Model")) {
            return Top.NONE;
        }
        throw unsupported(
                "architectures",
                "'%s' (supported: ForMaskedLM, ForSequenceClassification, ForTokenClassification and Model)"
                        .formatted(architecture));
    }

    /** Names by number; without them there are two, as transformers assumes. */
    private static List<String> labels(JsonNode json) {
        var labels = new ArrayList<String>();
        JsonNode names = json.path("id2label");
        for (int i = 0; i < (names.isObject() ? names.size() : 2); i++) {
            labels.add(names.path(String.valueOf(i)).asString("LABEL_" + i));
        }
        return labels;
    }

    @Override
    public Map<String, long[]> tensors(ModelConfig config) {
        return EncoderTensors.stored((EncoderConfig) config);
    }

    @Override
    public ModelOutline outline(ModelConfig config) {
        var names = EncoderNames.of(config.family());
        return ModelOutline.of(
                EncoderTensors.sites((EncoderConfig) config),
                names.words(),
                IntStream.range(0, config.layers())
                        .mapToObj(layer -> EncoderBlock.attention(layer, config, names))
                        .toList());
    }

    /** Indices that are no weights, copies of a tied head, and heads that no task here reads. */
    @Override
    public Set<String> harmless(ModelConfig config) {
        var names = EncoderNames.of(config.family());
        var harmless = Set.of(
                names.inside("embeddings.position_ids"),
                "embeddings.position_ids",
                names.maskedDecoder() + ".bias",
                "cls.seq_relationship.weight",
                "cls.seq_relationship.bias",
                "roberta.pooler.dense.weight",
                "roberta.pooler.dense.bias",
                "pooler.dense.weight",
                "pooler.dense.bias");
        if (!config.tiedHead()) {
            return harmless;
        }
        var more = new java.util.HashSet<>(harmless);
        more.add(names.maskedDecoder() + ".weight");
        return more;
    }

    @Override
    public EncoderModel build(ModelConfig config, Weights weights, Device device, DType type) {
        return new PostNormEncoder((EncoderConfig) config, weights, device, type);
    }
}
