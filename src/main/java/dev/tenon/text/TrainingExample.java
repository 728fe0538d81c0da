package dev.tenon.text;

import dev.tenon.core.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One line of a training file: a conversation, or a prompt and its completion.
 *
 * @param messages the conversation; empty for a prompt and completion
 * @param tools the tools that the conversation was offered, in OpenAI's shape
 */
public record TrainingExample(
        List<ChatMessage> messages,
        @Nullable List<Object> tools,
        @Nullable String prompt,
        @Nullable String completion) {

    /** Reads one line of a file that was validated at upload. */
    public static TrainingExample parse(String json) {
        Map<?, ?> line;
        try {
            line = TokenizerFile.JSON.readValue(json, Map.class);
        } catch (JacksonException e) {
            throw Problem.invalid("training_file", "invalid_dataset", "A line of the training file is not JSON.");
        }
        if (line.get("prompt") instanceof String prompt && line.get("completion") instanceof String completion) {
            return new TrainingExample(List.of(), null, prompt, completion);
        }
        var messages = new ArrayList<ChatMessage>();
        if (line.get("messages") instanceof List<?> list) {
            for (var message : list) {
                if (message instanceof Map<?, ?> fields) {
                    messages.add(ChatMessage.of(fields));
                }
            }
        }
        if (messages.isEmpty()) {
            throw Problem.invalid(
                    "training_file",
                    "invalid_dataset",
                    "A line of the training file has neither 'messages' nor 'prompt' and 'completion'.");
        }
        return new TrainingExample(messages, tools(line), null, null);
    }

    private static @Nullable List<Object> tools(Map<?, ?> line) {
        if (line.get("tools") instanceof List<?> tools) {
            return List.copyOf(tools);
        }
        if (line.get("functions") instanceof List<?> functions) {
            return functions.stream()
                    .<Object>map(f -> Map.of("type", "function", "function", f))
                    .toList();
        }
        return null;
    }
}
