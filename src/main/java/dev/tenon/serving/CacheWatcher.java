package dev.tenon.serving;

/** Hears what becomes of the entries of a {@link LeasedCache}, some of it under its lock: it must be quick. */
interface CacheWatcher {
    /** Hears nothing. */
    CacheWatcher NONE = new CacheWatcher() {};

    default void loading(Subject subject) {}

    default void ready(Subject subject, long bytes) {}

    default void failed(Subject subject, Throwable failure) {}

    /** It was ready and has left the memory. */
    default void gone(Subject subject) {}
}
