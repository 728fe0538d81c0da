package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Turns away what there is no place for, before it costs anything. It is asked about callers whose key was good a moment
 * ago, without looking the key up again: it may refuse, but never let anybody in.
 */
@FunctionalInterface
public interface Doorkeeper {
    /** Writes the whole refusal and returns true, or leaves the response alone. */
    boolean turnsAway(HttpServletRequest request, HttpServletResponse response) throws IOException;
}
