package dev.tenon.model;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The shape of a model, read from a Hugging Face {@code config.json} in either dialect. */
public sealed interface ModelConfig permits DecoderConfig, EncoderConfig {
    /** Hugging Face's {@code model_type}. */
    String family();

    /** Width of the residual stream. */
    int hidden();

    /** Number of blocks. */
    int layers();

    /** Query heads. */
    int heads();

    /** Heads of keys and values, a divisor of {@link #heads}. */
    int keyValueHeads();

    /** Width of one head. */
    int headSize();

    /** Inner width of the feed-forward part. */
    int intermediate();

    /** Rows of the embedding. */
    int vocabulary();

    /** Longest sequence, in tokens. */
    int maxPositions();

    /** Added to the variance or mean square before the root. */
    double normEpsilon();

    /** Whether the output head's matrix is the embedding. */
    boolean tiedHead();

    /** Number of weights, biases and norms; a tied head counts once. */
    long parameters();

    /** What a model of this configuration can be tuned for. */
    List<BaseTask> tasks();

    /**
     * Reads {@code config.json} of a model directory.
     *
     * @throws Problem 400 naming the field that is missing or not supported
     */
    static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.exists(file)) {
            throw Problem.invalid("file", "missing_config", "The model directory has no 'config.json'.");
        }
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw Problem.invalid("file", "invalid_config", "'config.json' could not be read: " + e.getMessage());
        }
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @throws Problem 400 naming the field that is missing or not supported
     */
    static ModelConfig parse(String text) {
        try {
            JsonNode json = new JsonMapper().readTree(text);
            return ModelFamily.named(json.path("model_type").asString("")).configure(json);
        } catch (JacksonException e) {
            throw Problem.invalid(
                    "file", "invalid_config", "'config.json' is not valid JSON: " + e.getOriginalMessage());
        }
    }
}
