package dev.tenon.method;

/** Settings that say to which ranks a {@link Truncatable} adapter can be cut, before it is opened. */
public interface Ranks {
    /** The fewest ranks that it works with. */
    int leastRank();

    /** All its ranks. */
    int mostRank();
}
