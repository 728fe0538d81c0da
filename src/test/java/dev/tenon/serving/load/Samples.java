package dev.tenon.serving.load;

import java.util.Arrays;
import java.util.Collection;

/** Durations in milliseconds, for percentiles. */
record Samples(double[] sorted) {
    static Samples of(Collection<Double> values) {
        var all = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(all);
        return new Samples(all);
    }

    int count() {
        return sorted.length;
    }

    /** The part of them that took at most so long. */
    double within(double millis) {
        return Arrays.stream(sorted).filter(one -> one <= millis).count() / (double) sorted.length;
    }

    double percentile(double part) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, part * sorted.length)];
    }
}
