package dev.tenon.serving.engine;

import org.jspecify.annotations.Nullable;

/** Where the tokens of one request are chosen and go. Calls come from one thread at a time. */
public interface TokenSink {
    /** Chooses the next token from its logits {@code [vocabulary]}, which the call may use up; after it they are another's. */
    void accept(float[] logits);

    /**
     * Whether it takes the likeliest token whatever the logits are, so that it need not see them. Asked before each
     * token.
     */
    default boolean takesLikeliest() {
        return false;
    }

    /** Takes the likeliest token instead of its logits; of equally likely ones the first. */
    default void accept(int likeliest) {
        throw new IllegalStateException("This sink wants logits");
    }

    /** The token chosen last. */
    int last();

    /** Whether no token is to follow. */
    boolean finished();

    /** Whether nobody waits for the tokens any more; may become true at any time, from any thread. */
    boolean abandoned();

    /** The request has left the engine, which is said once; with what made it fail, or null. */
    void end(@Nullable RuntimeException failure);
}
