package dev.tenon.serving;

import dev.tenon.core.Problem;

/** Somebody's, who waits until what will answer them is in memory: asked about once a second, by the thread that waits. */
@FunctionalInterface
public interface Patience {
    /** Waits as long as it takes. */
    Patience ENDLESS = () -> {};

    /** @throws Problem {@link Problem#left} where they wait no longer */
    void check();
}
