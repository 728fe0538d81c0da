package dev.tenon.text;

import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param weight 0 keeps an assistant message out of the loss; null and 1 train it
 * @param toolCalls the calls as plain lists and maps in OpenAI's shape, or null
 */
public record ChatMessage(
        String role,
        @Nullable String content,
        @Nullable Integer weight,
        @Nullable String name,
        @Nullable Object toolCalls,
        @Nullable String toolCallId) {

    /** A message with nothing but a role and a text. */
    public static ChatMessage of(String role, String content) {
        return new ChatMessage(role, content, null, null, null, null);
    }
}
