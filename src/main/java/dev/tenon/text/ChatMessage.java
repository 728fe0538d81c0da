package dev.tenon.text;

import java.util.List;
import java.util.Map;
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

    /** A message from JSON in OpenAI's shape: text parts are joined, a legacy function call becomes a tool call. */
    public static ChatMessage of(Map<?, ?> json) {
        var calls = json.get("tool_calls");
        if (calls == null && json.get("function_call") instanceof Map<?, ?> call) {
            calls = List.of(Map.of("type", "function", "function", call));
        }
        return new ChatMessage(
                String.valueOf(json.get("role")),
                text(json.get("content")),
                json.get("weight") instanceof Number weight ? weight.intValue() : null,
                json.get("name") instanceof String name ? name : null,
                calls,
                json.get("tool_call_id") instanceof String id ? id : null);
    }

    private static @Nullable String text(@Nullable Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (content instanceof List<?> parts) {
            var joined = new StringBuilder();
            for (var part : parts) {
                if (part instanceof Map<?, ?> fields && fields.get("text") instanceof String text) {
                    joined.append(text);
                }
            }
            return joined.toString();
        }
        return null;
    }
}
