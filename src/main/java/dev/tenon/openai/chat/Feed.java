package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams the choices as they come. The request's own thread writes, so a slow reader slows only itself. */
final class Feed {
    private static final Logger log = LoggerFactory.getLogger(Feed.class);

    /** How a stream is written. */
    interface Script {
        /** What is said of an event that is no failure. */
        void event(EventStream stream, Choices.Event event) throws IOException;

        /** What is said when all choices have ended. */
        void over(EventStream stream) throws IOException;

        /** The data of the event that says what broke the stream. */
        Object failure(Problem problem);
    }

    private final Choices choices;
    private final int count;
    private final Duration ping;
    private final Reader reader = new Reader();

    /**
     * @param count the number of the choices
     * @param ping so long nothing comes before a comment is sent
     */
    Feed(Choices choices, int count, Duration ping) {
        this.choices = choices;
        this.count = count;
        this.ping = ping;
    }

    /** Failures before the stream begins are thrown, so that they get their status; later ones become an event. */
    void writeTo(Opening opening, Script script) throws IOException {
        try (choices) {
            var event = next();
            if (event != null && event.failure() != null && !opening.begun()) {
                throw event.failure();
            }
            var stream = opening.stream();
            try {
                int left = count;
                while (left > 0) {
                    if (event == null) {
                        stream.ping();
                    } else {
                        left -= write(stream, script, event) ? 1 : 0;
                    }
                    event = left > 0 ? next() : null;
                }
                script.over(stream);
            } catch (RuntimeException e) {
                stream.data(script.failure(problem(e)));
            }
        } catch (IOException e) {
            log.debug("The reader of a stream left", e);
        }
    }

    /** True when this was the end of a choice. */
    private static boolean write(EventStream stream, Script script, Choices.Event event) throws IOException {
        if (event.failure() != null) {
            throw event.failure();
        }
        script.event(stream, event);
        return event.end() != null;
    }

    /**
     * What comes next; null when it is time for a comment: nothing came for long, or the reader seems to have left. Only a
     * write tells one that left from one that no longer sends but still reads.
     */
    private Choices.@Nullable Event next() {
        long since = System.nanoTime();
        while (true) {
            long left = ping.toNanos() - (System.nanoTime() - since);
            if (left <= 0) {
                return null;
            }
            var event = choices.next(Duration.ofNanos(Math.min(left, Reader.SELDOM.toNanos())));
            if (event != null || reader.left()) {
                return event;
            }
        }
    }

    private static Problem problem(RuntimeException e) {
        if (e instanceof Problem problem) {
            return problem;
        }
        log.error("A stream failed", e);
        return new Problem(
                500, "server_error", null, "internal_error", "The generation failed; repeat the request.", Map.of());
    }
}
