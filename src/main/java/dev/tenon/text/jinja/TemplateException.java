package dev.tenon.text.jinja;

/** A mistake in a template, or a limit that it hit while running; names the line. */
public class TemplateException extends RuntimeException {
    private final int line;
    private final String reason;

    public TemplateException(int line, String reason) {
        super("line %d: %s".formatted(line, reason));
        this.line = line;
        this.reason = reason;
    }

    public int line() {
        return line;
    }

    public String reason() {
        return reason;
    }

    /** The template itself said no, through {@code raise_exception}. */
    public static final class Refused extends TemplateException {
        public Refused(int line, String reason) {
            super(line, reason);
        }
    }
}
