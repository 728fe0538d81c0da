package dev.tenon.openai.chat;

import dev.tenon.openai.connection.Connection;
import java.time.Duration;

/** Who waits for an answer; asked now and then, by the thread that handles the request, whether they still do. */
final class Reader {
    static final Duration SELDOM = Duration.ofSeconds(1);
    private long asked = System.nanoTime();

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
