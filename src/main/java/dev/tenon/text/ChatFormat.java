package dev.tenon.text;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One base model's way from messages to tokens: its tokenizer, its chat template and its end-of-turn tokens. */
public final class ChatFormat implements AutoCloseable {

    /** Reads the tokenizer, the template ({@code chat_template.jinja} or in the config) and the stop tokens. */
    public static ChatFormat load(Path modelDirectory) {
        throw new UnsupportedOperationException(modelDirectory.toString());
    }

    /** The tokens of a conversation up to the point where the assistant begins to answer. */
    public int[] prompt(List<ChatMessage> messages, @Nullable List<Object> tools) {
        throw new UnsupportedOperationException();
    }

    /** The tokens of a plain text prompt, with the begin token where the model's tokenizer adds one. */
    public int[] prompt(String text) {
        throw new UnsupportedOperationException();
    }

    /** A conversation as a training document: assistant text and its end-of-turn token are trained. */
    public TrainingTokens training(List<ChatMessage> messages, @Nullable List<Object> tools) {
        throw new UnsupportedOperationException();
    }

    /** A prompt and its completion as a training document: the completion and the end token are trained. */
    public TrainingTokens training(String prompt, String completion) {
        throw new UnsupportedOperationException();
    }

    /** One line of a validated training file (chat or prompt/completion) as a training document. */
    public TrainingTokens trainingLine(String json) {
        throw new UnsupportedOperationException();
    }

    public Tokenizer tokenizer() {
        throw new UnsupportedOperationException();
    }

    /** Tokens that end an answer: the end-of-turn and end-of-text tokens. */
    public List<Integer> stopIds() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
