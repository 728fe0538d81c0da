package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.serving.Patience;
import dev.tenon.serving.connection.Connection;
import java.time.Duration;

/** Who waits for an answer; asked now and then, by the thread that handles the request, whether they still do. */
final class Reader implements Patience {
    static final Duration SELDOM = Duration.ofSeconds(1);
    private long asked = System.nanoTime();

    /** One that shut down its sending half alone is taken to have left, too, as {@link WholeAnswer} says. */
    @Override
    public void check() {
        if (left()) {
            throw Problem.left(
                    "The connection, or the client's half of it, was closed before the answer was finished. Keep"
                            + " both halves open until the answer has come, or ask for a stream.");
        }
    }

    /** Whether they left, as far as that is known; looks at most once in {@link #SELDOM}. */
    boolean left() {
        long now = System.nanoTime();
        if (now - asked < SELDOM.toNanos()) {
            return false;
        }
        asked = now;
        return Connection.ended();
    }
}
