package dev.tenon.serving.engine;

import dev.tenon.core.Problem;

/** What whoever asked is told where the server, and nothing that was asked, is why there is no answer. */
public final class Unanswered {
    private static final int AGAIN_AFTER = 5;

    private Unanswered() {}

    public static Problem stopping() {
        return Problem.unavailable("shutting_down", "The server is stopping.", AGAIN_AFTER);
    }

    public static Problem outOfMemory() {
        return Problem.unavailable("out_of_memory", "The server has no memory left for this request.", AGAIN_AFTER);
    }
}
