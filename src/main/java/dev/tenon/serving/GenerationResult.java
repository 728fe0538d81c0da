package dev.tenon.serving;

/** How a generation ended; token counts are of the model's tokenizer. */
public record GenerationResult(
        String text, FinishReason finishReason, int promptTokens, int completionTokens, String systemFingerprint) {

    /** The words of the wire: the model stopped by itself, or the length limit did it. */
    public enum FinishReason {
        STOP,
        LENGTH
    }
}
