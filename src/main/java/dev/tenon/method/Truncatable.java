package dev.tenon.method;

import dev.tenon.core.Problem;

/** An adapter of which any first ranks work alone, so that its size is chosen when it is exported or served. */
public interface Truncatable extends Adapter {
    /** The ranks that it was trained to work with, of its settings. */
    Ranks ranks();

    /**
     * A new adapter of the same method that has only the first ranks, and its own tensors.
     *
     * @throws Problem 400 for a rank that it was not trained for
     */
    Adapter truncated(int rank);

    /** Refuses a rank outside the range. */
    default void requireRank(int rank) {
        if (rank < ranks().leastRank() || rank > ranks().mostRank()) {
            throw Problem.invalid(
                    "rank",
                    "invalid_rank",
                    "'rank' is %d; this adapter works with %d to %d."
                            .formatted(rank, ranks().leastRank(), ranks().mostRank()));
        }
    }
}
