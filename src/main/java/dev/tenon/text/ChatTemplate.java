package dev.tenon.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model's chat template: a program in a small subset of Jinja that turns messages into prompt text. */
public final class ChatTemplate {
    private final String source;

    private ChatTemplate(String source) {
        this.source = source;
    }

    /** Parses a template; a mistake in it is a Problem that names the line. */
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(source);
    }

    /** Runs the template; what came from the caller's messages stays marked as such. */
    public List<Piece> render(
            List<ChatMessage> messages,
            @Nullable List<Object> tools,
            boolean addGenerationPrompt,
            SpecialTokens special) {
        throw new UnsupportedOperationException(source);
    }

    /**
     * A stretch of rendered text.
     *
     * @param fromUser it came from a message or a tool, so it never becomes a special token
     * @param message index of the message whose content this is, -1 for everything else
     */
    public record Piece(String text, boolean fromUser, int message) {
        public Piece(String text, boolean fromUser) {
            this(text, fromUser, -1);
        }
    }
}
