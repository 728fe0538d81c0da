package dev.tenon.serving;

import dev.tenon.method.Tuned;
import dev.tenon.tensor.Scope;

/**
 * An encoder's adapter with its head, in memory. A pass computes the base for all, and each adapter for its own tokens.
 *
 * @param places of the model's for tokens that it takes before every text
 */
record ResidentTuned(Tuned tuned, int places) implements AutoCloseable, Batched {
    /** Virtual tokens have places; keys and values that stand before a text have none. */
    static ResidentTuned of(Tuned tuned) {
        var hooks = tuned.adapter().hooks();
        try (var scope = Scope.open()) {
            return new ResidentTuned(tuned, hooks.virtualTokens() == null ? 0 : hooks.prefixLength());
        }
    }

    @Override
    public String batching() {
        return "own";
    }

    @Override
    public void close() {
        tuned.close();
    }
}
