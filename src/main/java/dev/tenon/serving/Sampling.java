package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are chosen. The same seed gives the same tokens.
 *
 * @param temperature divides the logits; 0 is greedy
 * @param logitBias added to the logits of these token ids
 * @param maxTokens null means up to the model's context
 * @param stop texts before which the answer ends
 * @param logprobs the number of alternatives to report, -1 for none at all
 * @param format null for free text
 */
public record Sampling(
        double temperature,
        Truncation truncation,
        Penalties penalties,
        Map<Integer, Double> logitBias,
        @Nullable Integer maxTokens,
        @Nullable Long seed,
        List<String> stop,
        int logprobs,
        @Nullable OutputFormat format) {

    /** The likeliest token each time, at most {@code maxTokens} of them. */
    public static Sampling greedy(int maxTokens) {
        return new Sampling(0, Truncation.NONE, Penalties.NONE, Map.of(), maxTokens, null, List.of(), -1, null);
    }

    /** Whether the likeliest token is all that it needs of the logits. */
    boolean takesLikeliest() {
        return temperature == 0
                && logprobs < 0
                && format == null
                && penalties.equals(Penalties.NONE)
                && logitBias.isEmpty();
    }

    /** Refuses a bias on a token that the model does not have. */
    void check(int vocabulary) {
        for (int id : logitBias.keySet()) {
            if (id >= vocabulary) {
                throw Problem.invalid(
                        "logit_bias." + id,
                        "invalid_value",
                        "'logit_bias.%d': this model has %d tokens, with ids from 0 to %d."
                                .formatted(id, vocabulary, vocabulary - 1));
            }
        }
    }

    public Sampling withSeed(long value) {
        return new Sampling(temperature, truncation, penalties, logitBias, maxTokens, value, stop, logprobs, format);
    }
}
