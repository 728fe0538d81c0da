package dev.tenon.experiments;

/**
 * How much an experiment does: three seeds and all its steps, or with {@code -Dexperiments.quick=true} one seed and a
 * fortieth of the steps, to see that it runs.
 */
final class Effort {
    /** A seed for the choice of rates, which no reported figure has. */
    static final long SWEEP_SEED = 99;

    private static final boolean QUICK = Boolean.getBoolean("experiments.quick");
    private static final int QUICKER = 40;
    private static final int LEAST = 4;

    private Effort() {}

    static long[] seeds() {
        return QUICK ? new long[] {1} : new long[] {1, 2, 3};
    }

    static int steps(int all) {
        return QUICK ? Math.max(LEAST, all / QUICKER) : all;
    }
}
