package dev.tenon.serving;

/** What is computed for the rows of a batch that ask for it. */
interface Batched {
    /** {@code shared} where its rows are computed together with those of others, or {@code own}. */
    String batching();
}
