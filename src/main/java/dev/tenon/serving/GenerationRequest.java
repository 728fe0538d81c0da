package dev.tenon.serving;

import dev.tenon.text.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to generate: the model by any of its names, the prompt, and how to choose tokens. */
public record GenerationRequest(String model, Prompt prompt, Sampling sampling) {

    /** Where the first tokens come from. */
    public sealed interface Prompt {}

    /** Messages through the model's own chat template, ended with its generation prompt. */
    public record Chat(List<ChatMessage> messages, @Nullable List<Object> tools) implements Prompt {}

    /** Plain text, continued as it is. */
    public record Text(String text) implements Prompt {}

    /** The last tokens of a text, at most so many of them, continued as they are. */
    public record Tail(String text, int tokens) implements Prompt {}

    /** Token ids, continued as they are. */
    public record Tokens(List<Integer> ids) implements Prompt {}
}
