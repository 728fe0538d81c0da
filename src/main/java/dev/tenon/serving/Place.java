package dev.tenon.serving;

/**
 * A place among those that generate or wait, kept for a request while it is on its way: until it starts with it, until it
 * is closed, or until the way took too long.
 */
public interface Place extends AutoCloseable {
    /** Gives the place up where nothing was started with it. */
    @Override
    void close();
}
