package dev.tenon.dataset;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one message must look like. */
final class MessageRules {
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool", "function");
    private static final Set<String> CALLS = Set.of("tool_calls", "function_call");

    private final long line;
    private final String at;
    private final List<LineProblem> problems;
    private long characters;

    MessageRules(long line, String at, List<LineProblem> problems) {
        this.line = line;
        this.at = at;
        this.problems = problems;
    }

    long characters() {
        return characters;
    }

    void check(Map<?, ?> message) {
        var role = message.get("role");
        if (role == null) {
            wrong("role", "required", "is missing.", "Add one of %s.".formatted(String.join(", ", ROLES)));
        } else if (!(role instanceof String name) || !ROLES.contains(name)) {
            wrong(
                    "role",
                    "known_role",
                    "is '%s', which is not a role.".formatted(shortened(role)),
                    "Use one of %s.".formatted(String.join(", ", ROLES)));
        }
        boolean calls = "assistant".equals(role) && CALLS.stream().anyMatch(key -> message.get(key) != null);
        content(message.get("content"), calls);
        weight(message, role);
        if (message.get("tool_calls") != null && !(message.get("tool_calls") instanceof List<?>)) {
            wrong("tool_calls", "type", "must be a list.", "Write \"tool_calls\": [{\"type\": \"function\", …}].");
        }
    }

    private void content(@Nullable Object content, boolean calls) {
        if (content instanceof String text) {
            characters += text.length();
        } else if (content instanceof List<?> parts) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String text) {
                    characters += text.length();
                } else {
                    wrong(
                            "content[%d]".formatted(i),
                            "text_part",
                            "is not a text part.",
                            "Write {\"type\": \"text\", \"text\": \"…\"}; images and sound cannot be trained on.");
                }
            }
        } else if (content != null || !calls) {
            wrong(
                    "content",
                    content == null ? "required" : "type",
                    content == null ? "is missing." : "must be a text.",
                    "Write \"content\": \"…\"; only an assistant message with tool calls may do without.");
        }
    }

    private void weight(Map<?, ?> message, @Nullable Object role) {
        var weight = message.get("weight");
        if (weight == null) {
            return;
        }
        if (!"assistant".equals(role)) {
            wrong("weight", "assistant_only", "may stand on assistant messages only.", "Remove it here.");
        } else if (!(weight instanceof Number number) || (number.doubleValue() != 0 && number.doubleValue() != 1)) {
            wrong("weight", "zero_or_one", "must be 0 or 1.", "Use 0 to read a message only, 1 to learn it.");
        }
    }

    private void wrong(String field, String rule, String message, String fix) {
        problems.add(new LineProblem(line, at + "." + field, rule, message, fix));
    }

    private static String shortened(Object value) {
        var text = value.toString();
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
