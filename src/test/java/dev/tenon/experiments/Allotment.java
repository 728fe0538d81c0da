package dev.tenon.experiments;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Bits for each of several matrices, so that what they cost together is small and their mean is no more than asked for: from
 * the fewest on, always the change that takes most off the cost for its size.
 */
final class Allotment {
    /** How many bits a matrix may have. */
    static final int[] WIDTHS = {2, 3, 4, 6, 8};

    private Allotment() {}

    private record Change(String name, int to, double gain) {}

    /**
     * @param sizes values of every matrix
     * @param costs of every matrix by {@link #WIDTHS}
     */
    static Map<String, Integer> of(Map<String, Long> sizes, Map<String, double[]> costs, int mean) {
        var places = new LinkedHashMap<String, Integer>();
        sizes.keySet().forEach(name -> places.put(name, 0));
        long left = (mean - WIDTHS[0])
                * sizes.values().stream().mapToLong(Long::longValue).sum();
        for (var change = best(sizes, costs, places, left);
                change.gain() > 0;
                change = best(sizes, costs, places, left)) {
            int from = Objects.requireNonNull(places.put(change.name(), change.to()));
            left -= (WIDTHS[change.to()] - WIDTHS[from]) * Objects.requireNonNull(sizes.get(change.name()));
        }
        var bits = new LinkedHashMap<String, Integer>();
        places.forEach((name, place) -> bits.put(name, WIDTHS[place]));
        return bits;
    }

    private static Change best(
            Map<String, Long> sizes, Map<String, double[]> costs, Map<String, Integer> places, long left) {
        var best = new Change("", 0, 0);
        for (var place : places.entrySet()) {
            double[] cost = Objects.requireNonNull(costs.get(place.getKey()));
            int from = place.getValue();
            for (int to = from + 1; to < WIDTHS.length; to++) {
                long more = (WIDTHS[to] - WIDTHS[from]) * Objects.requireNonNull(sizes.get(place.getKey()));
                double gain = (cost[from] - cost[to]) / more;
                if (more <= left && gain > best.gain()) {
                    best = new Change(place.getKey(), to, gain);
                }
            }
        }
        return best;
    }
}
