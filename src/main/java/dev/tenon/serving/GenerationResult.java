package dev.tenon.serving;

import org.jspecify.annotations.Nullable;

/**
 * How a generation ended; token counts are of the model's tokenizer.
 *
 * @param ending the token by which the model ended its answer and which is no text of it; null where something else ended
 *     it, and where no log-probabilities were asked for
 */
public record GenerationResult(
        String text,
        FinishReason finishReason,
        @Nullable TokenLogprob ending,
        int promptTokens,
        int completionTokens,
        String systemFingerprint) {

    /** The words of the wire: the model stopped by itself, or the length limit did it. */
    public enum FinishReason {
        STOP,
        LENGTH
    }
}
