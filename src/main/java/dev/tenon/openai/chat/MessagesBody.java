package dev.tenon.openai.chat;

import dev.tenon.openai.wire.Body;
import dev.tenon.text.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code messages}: text only, as a string or as parts of type text. */
final class MessagesBody {
    private static final int MESSAGES = 4096;
    private static final int CALLS = 128;
    private static final int PARTS = 1024;
    private static final int TEXT = 1 << 22;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    private MessagesBody() {}

    static List<ChatMessage> read(Body body) {
        var items = body.objects("messages", MESSAGES);
        if (items == null) {
            throw body.missing("messages");
        }
        if (items.isEmpty()) {
            throw body.refuse("messages", "empty_array", "'messages' must hold at least one message.");
        }
        return items.stream().map(MessagesBody::message).toList();
    }

    private static ChatMessage message(Body item) {
        var role = item.requiredText("role", 64);
        if (!ROLES.contains(role)) {
            throw item.refuse(
                    "role",
                    "invalid_value",
                    "'%s' is '%s'; supported values are 'system', 'developer', 'user', 'assistant' and 'tool'."
                            .formatted(item.at("role"), role));
        }
        var given = item.objects("tool_calls", CALLS);
        var calls = given == null ? null : given.stream().map(Body::toMap).toList();
        var content = content(item);
        if (content == null && calls == null) {
            throw item.missing("content");
        }
        return new ChatMessage(
                // templates of open models know the developer's instructions as the system message
                role.equals("developer") ? "system" : role,
                content,
                null,
                item.text("name", 0, 256),
                calls,
                item.text("tool_call_id", 0, 256));
    }

    private static @Nullable String content(Body item) {
        var value = item.value("content");
        if (value == null || value.isString()) {
            return item.text("content", 0, TEXT);
        }
        var parts = new ArrayList<String>();
        for (var part : Objects.requireNonNull(item.objects("content", PARTS))) {
            var type = part.requiredText("type", 64);
            if (!type.equals("text") && !type.equals("refusal")) {
                throw part.refuse(
                        "type",
                        "unsupported_content",
                        "'%s' is '%s'; these models read text only.".formatted(part.at("type"), type));
            }
            parts.add(Objects.requireNonNullElse(part.text(type, 0, TEXT), ""));
        }
        return String.join("", parts);
    }
}
