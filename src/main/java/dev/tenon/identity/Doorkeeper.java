package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Turns away what there is no place for, before it costs anything. It is asked about callers whose key was good a moment
 * ago, without looking the key up again: it may refuse, but never let anybody in.
 */
public interface Doorkeeper {
    /** Turns nobody away. */
    Doorkeeper NONE = new Doorkeeper() {};

    /**
     * Writes the whole refusal and returns true, or leaves the response alone.
     *
     * @param orgId whose key it was a moment ago
     */
    default boolean turnsAway(HttpServletRequest request, HttpServletResponse response, String orgId)
            throws IOException {
        return false;
    }

    /** The key of a request that was not turned away has been looked up, whatever came of it. */
    default void lookedUp(HttpServletRequest request) {}
}
