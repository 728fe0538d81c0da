package dev.tenon.model;

/**
 * What the pages of a {@link PagePool} are in use for.
 *
 * @param sequences pages that sequences hold
 * @param keptOfSequences pages of sequences that nobody holds
 * @param runs pages of runs that are held, as those of adapters at work are
 * @param keptRuns pages of runs that nobody holds
 * @param empty pages with nothing in them
 */
public record PageUse(int sequences, int keptOfSequences, int runs, int keptRuns, int empty) {
    public static final PageUse NONE = new PageUse(0, 0, 0, 0, 0);
}
