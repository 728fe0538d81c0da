package dev.tenon.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one line of a training file must look like; says of each mistake where it is and how to mend it. */
final class LineRules {
    static final String CHAT = "chat";
    static final String COMPLETION = "completion";
    static final String PREFERENCE = "preference";
    static final String CLASSIFICATION = "classification";
    static final String TAGGING = "tagging";
    static final String TEXT = "text";

    private final long line;
    private final List<LineProblem> problems = new ArrayList<>();
    private long turns;
    private long characters;

    private LineRules(long line) {
        this.line = line;
    }

    /** What a line was found to be; {@code format} is empty when it is none of the known ones. */
    record Finding(String format, long turns, long characters, List<LineProblem> problems) {}

    static Finding check(long line, Map<?, ?> example) {
        var rules = new LineRules(line);
        var format = rules.example(example);
        return new Finding(format, rules.turns, rules.characters, rules.problems);
    }

    private String example(Map<?, ?> example) {
        if (example.containsKey("messages")) {
            conversation(example);
            return CHAT;
        }
        var foreign = ForeignFormat.of(example);
        if (foreign.isPresent() && !example.containsKey("completion")) {
            var format = foreign.get();
            wrong(
                    format.field(),
                    "format",
                    "The line is written in a format of other tools, %s.".formatted(format.name()),
                    format.fix());
            return "";
        }
        if (example.containsKey("prompt") || example.containsKey("completion")) {
            completion(example);
            return COMPLETION;
        }
        if (example.containsKey("input")) {
            preference(example);
            return PREFERENCE;
        }
        wrong(
                "messages",
                "required",
                "is missing.",
                "Give every line 'messages', or 'prompt' and 'completion', or 'text' and 'label'.");
        return "";
    }

    private void conversation(Map<?, ?> example) {
        int before = problems.size();
        var messages = messages(example.get("messages"), "messages");
        if (problems.size() > before || messages.isEmpty()) {
            return;
        }
        if (!"assistant".equals(messages.getLast().get("role"))) {
            wrong(
                    "messages[%d].role".formatted(messages.size() - 1),
                    "last_is_assistant",
                    "The last message is not the assistant's, so there is nothing to learn at the end.",
                    "End the conversation with a message whose role is 'assistant'.");
        } else if (messages.stream()
                .noneMatch(message -> "assistant".equals(message.get("role")) && !isZero(message.get("weight")))) {
            wrong(
                    "messages",
                    "something_to_learn",
                    "Every assistant message has weight 0, so nothing would be learned.",
                    "Give at least one assistant message the weight 1, or none at all.");
        }
    }

    private List<Map<?, ?>> messages(@org.jspecify.annotations.Nullable Object value, String field) {
        var messages = new ArrayList<Map<?, ?>>();
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            wrong(
                    field,
                    "type",
                    "must be a list with at least one message.",
                    "Write \"%s\": [{\"role\": …}, …].".formatted(field));
            return messages;
        }
        for (int i = 0; i < list.size(); i++) {
            var at = "%s[%d]".formatted(field, i);
            if (list.get(i) instanceof Map<?, ?> message) {
                var rules = new MessageRules(line, at, problems);
                rules.check(message);
                turns++;
                characters += rules.characters();
                messages.add(message);
            } else {
                wrong(at, "type", "must be an object.", "Write {\"role\": \"user\", \"content\": \"…\"}.");
            }
        }
        return messages;
    }

    private void completion(Map<?, ?> example) {
        for (var field : List.of("prompt", "completion")) {
            if (example.get(field) instanceof String text) {
                turns++;
                characters += text.length();
                if (field.equals("completion") && text.isEmpty()) {
                    wrong(
                            field,
                            "not_empty",
                            "is empty, so there is nothing to learn.",
                            "Write what the model shall answer.");
                }
            } else {
                wrong(field, "type", "must be a text.", "Give the line both 'prompt' and 'completion' as texts.");
            }
        }
    }

    private void preference(Map<?, ?> example) {
        if (example.get("input") instanceof Map<?, ?> input) {
            messages(input.get("messages"), "input.messages");
        } else {
            wrong(
                    "input",
                    "type",
                    "must be an object with 'messages'.",
                    "Write \"input\": {\"messages\": [{\"role\": …}, …]}.");
        }
        answer(example, "preferred_output", "preferred_completion");
        answer(example, "non_preferred_output", "non_preferred_completion");
    }

    private void answer(Map<?, ?> example, String field, String otherName) {
        var value = example.containsKey(field) ? example.get(field) : example.get(otherName);
        var messages = messages(value, field);
        if (!messages.isEmpty() && !"assistant".equals(messages.getLast().get("role"))) {
            wrong(
                    field,
                    "last_is_assistant",
                    "does not end with the assistant.",
                    "Put one assistant message into '%s'.".formatted(field));
        }
    }

    private void wrong(String field, String rule, String message, String fix) {
        problems.add(new LineProblem(line, field, rule, message, fix));
    }

    static boolean isZero(@org.jspecify.annotations.Nullable Object weight) {
        return weight instanceof Number number && number.doubleValue() == 0;
    }
}
