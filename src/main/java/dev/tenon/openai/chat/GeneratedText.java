package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Piece;
import dev.tenon.serving.Sampling;
import dev.tenon.serving.TokenLogprob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tokens, details and whole answers as clients of text generation servers read them. */
final class GeneratedText {
    private GeneratedText() {}

    static Map<String, @Nullable Object> whole(GenerateOrder asked, List<Piece> pieces, GenerationResult result) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("generated_text", asked.order().echoOf(0) + result.text());
        if (asked.details()) {
            var sampling = asked.order().request(0).sampling();
            var tokens = new ArrayList<Map<String, @Nullable Object>>();
            for (var piece : pieces) {
                tokens.add(token(sampling, piece, result));
            }
            var details = details(sampling, result);
            details.put("skipped_tokens", 0);
            details.put("prefill", List.of());
            details.put("tokens", tokens);
            json.put("details", details);
        }
        return json;
    }

    static Map<String, @Nullable Object> details(Sampling sampling, GenerationResult result) {
        var details = new LinkedHashMap<String, @Nullable Object>();
        details.put("finish_reason", finishReason(sampling, result));
        details.put("prompt_tokens", result.promptTokens());
        details.put("generated_tokens", result.completionTokens());
        details.put("seed", sampling.seed());
        return details;
    }

    private static String finishReason(Sampling sampling, GenerationResult result) {
        return switch (result.finishReason()) {
            case LENGTH -> "length";
            // JSON that is complete has no token of its own that ends it
            case STOP -> result.ending() == null && !sampling.stop().isEmpty() ? "stop_sequence" : "eos_token";
        };
    }

    /**
     * The texts of all tokens make the answer: a character that several tokens write is the last one's. So is what was held
     * back as the beginning of a stop text, by the token that ends the answer too, which otherwise is special and shown by
     * its name.
     *
     * @param result null before the answer has ended
     */
    static Map<String, @Nullable Object> token(Sampling sampling, Piece piece, @Nullable GenerationResult result) {
        boolean ends = piece.logprobs().isEmpty();
        var token = ends
                ? Objects.requireNonNull(Objects.requireNonNull(result).ending())
                : piece.logprobs().getFirst();
        boolean special = ends && piece.text().isEmpty();
        var json = spelled(token.token().id(), special ? token.token().text() : piece.text(), token.logprob());
        json.put("special", special);
        json.put("skipped", false);
        if (sampling.logprobs() > 0) {
            json.put(
                    "alternative_tokens",
                    token.top().stream().map(GeneratedText::alternative).toList());
        }
        return json;
    }

    private static Map<String, @Nullable Object> alternative(TokenLogprob.Alternative other) {
        return spelled(other.token().id(), other.token().text(), other.logprob());
    }

    private static Map<String, @Nullable Object> spelled(int id, String text, double logprob) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("text", text);
        json.put("logprob", logprob);
        return json;
    }
}
