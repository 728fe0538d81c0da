package dev.tenon.serving;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are chosen. Temperature 0 is greedy; {@code maxTokens} null means up to the model's context; {@code
 * logprobs} is the number of alternatives to report, -1 for none at all. The same seed gives the same tokens.
 */
public record Sampling(
        double temperature,
        double topP,
        @Nullable Integer maxTokens,
        @Nullable Long seed,
        List<String> stop,
        double presencePenalty,
        double frequencyPenalty,
        Map<Integer, Double> logitBias,
        int logprobs) {

    /** The likeliest token each time, at most {@code maxTokens} of them. */
    public static Sampling greedy(int maxTokens) {
        return new Sampling(0, 1, maxTokens, null, List.of(), 0, 0, Map.of(), -1);
    }

    public Sampling withSeed(long value) {
        return new Sampling(
                temperature, topP, maxTokens, value, stop, presencePenalty, frequencyPenalty, logitBias, logprobs);
    }
}
