package dev.tenon.dataset;

import java.util.List;
import java.util.Map;

/**
 * One example for the eye: its messages, and its tokens in order with those marked that training counts.
 *
 * @param index 0 for the first example
 * @param messages the messages (a prompt and its completion become a user and an assistant message)
 * @param spans neighbouring tokens of equal marking, joined; empty when no tokenizer is at hand
 */
public record PreviewExample(
        int index, List<Map<String, Object>> messages, List<Span> spans, int tokens, int trainedTokens) {

    /** A stretch of text that is trained, or that is only read. */
    public record Span(String text, boolean trained) {}
}
