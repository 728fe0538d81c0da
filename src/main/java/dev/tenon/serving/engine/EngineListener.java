package dev.tenon.serving.engine;

import dev.tenon.model.PageUse;
import java.time.Duration;

/** Hears what the engine does; called by its own thread, so it must be quick. */
public interface EngineListener {
    /** Hears nothing. */
    EngineListener NONE = new EngineListener() {};

    /** A request came to run after waiting. */
    default void admitted(Duration waited) {}

    /** A request's first token, counted from when it came. */
    default void firstToken(Duration since) {}

    /** A request's next token, counted from the one before. */
    default void nextToken(Duration since) {}

    /**
     * A step ended.
     *
     * @param rows that took part
     * @param tokens of all of them
     * @param adapters different ones among them
     */
    default void step(Duration took, int rows, int tokens, int adapters) {}

    /** Tokens were tried out ahead in a step, and so many of them were right. */
    default void drafted(int tokens, int right) {}

    /** What the pages of the device's memory are in use for after a step. */
    default void pages(PageUse use) {}

    /** Ranks of the low-rank adapters on the device after a step: those that rows use, and those that are only kept. */
    default void ranks(int used, int kept) {}

    /**
     * Who waits for a place.
     *
     * @param oldest of them, when it came by {@link System#nanoTime}; any number where nobody waits
     */
    default void waiting(int requests, long oldest) {}

    /** A request's adapter was on the device when it was wanted, or was not. */
    default void adapterLooked(boolean hit) {}

    /** Pages of a prompt that were there and that were not. */
    default void prefixLooked(int hits, int misses) {}

    /** An adapter came onto the device. */
    default void loaded(long bytes) {}

    /** An adapter left the device. */
    default void evicted() {}

    /** A row gave up its pages to others and waits again. */
    default void preempted() {}

    /** A request was given up for lack of memory. */
    default void shed() {}
}
