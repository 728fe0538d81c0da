package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * Turns away what there is no place for, before it costs anything. It is asked about callers whose key was good a moment
 * ago, without looking the key up again: it may refuse, but never let anybody in.
 */
public interface Doorkeeper {
    /** Turns nobody away. */
    Doorkeeper NONE = new Doorkeeper() {};

    /** An organisation that does not exist, so that there is never a place for it. */
    String NOBODY = "nobody";

    /** What is said to one that is turned away. */
    @FunctionalInterface
    interface Refusal {
        /** Writes the whole answer. */
        void writeTo(HttpServletResponse response) throws IOException;
    }

    /**
     * Why a request is turned away, if it is.
     *
     * @param orgId whose key it was a moment ago
     */
    default Optional<Refusal> refusal(HttpServletRequest request, String orgId) {
        return Optional.empty();
    }

    /** A path at which {@link #NOBODY} is turned away, where there is one. */
    default Optional<String> rehearses() {
        return Optional.empty();
    }

    /** A request that was not turned away has ended, whatever came of it. */
    default void ended(HttpServletRequest request) {}
}
