package dev.tenon.text;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code tokenizer.json} says, and variants of it in which no text can spell a special token. */
final class TokenizerFile {
    static final JsonMapper JSON = JsonMapper.shared();

    private final ObjectNode root;

    /** A token that was added to the vocabulary by name. */
    record Added(int id, String content, boolean special, boolean stripLeft, boolean stripRight) {}

    private TokenizerFile(ObjectNode root) {
        this.root = root;
    }

    static TokenizerFile read(Path modelDirectory) {
        if (object(modelDirectory, "tokenizer.json") instanceof ObjectNode root) {
            return new TokenizerFile(root);
        }
        throw Problem.invalid(
                "tokenizer",
                "tokenizer_missing",
                "The model has no 'tokenizer.json'; save it with the fast tokenizer of Hugging Face.");
    }

    /** A JSON object of the model directory, or null when there is no such file. */
    static @Nullable ObjectNode object(Path modelDirectory, String name) {
        var file = modelDirectory.resolve(name);
        try {
            return Files.isRegularFile(file) ? (ObjectNode) JSON.readTree(Files.readString(file)) : null;
        } catch (JacksonException | ClassCastException e) {
            throw Problem.invalid("tokenizer", "invalid_json", "'%s' is not a JSON object.".formatted(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Added> added() {
        var added = new ArrayList<Added>();
        for (var token : root.path("added_tokens")) {
            added.add(new Added(
                    token.path("id").intValue(),
                    token.path("content").stringValue(),
                    token.path("special").booleanValue(false),
                    token.path("lstrip").booleanValue(false),
                    token.path("rstrip").booleanValue(false)));
        }
        return added;
    }

    /** The vocabulary by spelling, added tokens included. */
    Map<String, Integer> vocabulary() {
        var ids = spellings();
        added().forEach(token -> ids.put(token.content(), token.id()));
        return ids;
    }

    /** The model's own vocabulary by spelling. */
    Map<String, Integer> spellings() {
        var ids = new HashMap<String, Integer>();
        var vocab = root.path("model").path("vocab");
        if (vocab.isObject()) {
            vocab.properties().forEach(e -> ids.put(e.getKey(), e.getValue().intValue()));
        } else {
            int id = 0;
            for (var piece : vocab) {
                ids.put(piece.path(0).stringValue(), id++);
            }
        }
        return ids;
    }

    /** Whether the spellings are bytes written as letters. */
    boolean byteLevel() {
        return root.path("decoder").toString().contains("\"ByteLevel\"");
    }

    String json() {
        return root.toString();
    }

    /** Whether only the very first stretch of a text gets the word-begin mark. */
    boolean marksFirstStretch() {
        return root.path("pre_tokenizer").toString().contains("\"prepend_scheme\":\"first\"");
    }

    /**
     * The same tokenizer without its special tokens, for text of the caller's. In a unigram vocabulary, whose pieces are
     * matched anywhere, their score is put out of reach.
     */
    String plainJson(boolean continued) {
        var copy = root.deepCopy();
        var special = new ArrayList<Integer>();
        var kept = JsonNodeFactory.instance.arrayNode();
        for (var token : copy.path("added_tokens")) {
            if (token.path("special").booleanValue(false)) {
                special.add(token.path("id").intValue());
            } else {
                kept.add(token);
            }
        }
        copy.set("added_tokens", kept);
        if (copy.path("model").path("vocab") instanceof ArrayNode pieces) {
            for (int id : special) {
                if (id < pieces.size() && pieces.get(id) instanceof ArrayNode piece) {
                    piece.set(1, JsonNodeFactory.instance.numberNode(-1e9));
                }
            }
        }
        copy.set("post_processor", JsonNodeFactory.instance.nullNode());
        var text = copy.toString();
        return continued ? text.replace("\"prepend_scheme\":\"first\"", "\"prepend_scheme\":\"never\"") : text;
    }

    /** A token of the config, which may be a string or an object with its content. */
    static @Nullable String token(@Nullable JsonNode config, String name) {
        if (config == null) {
            return null;
        }
        var value = config.path(name);
        var text = value.isObject() ? value.path("content") : value;
        return text.isString() ? text.stringValue() : null;
    }
}
