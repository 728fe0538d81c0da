package dev.tenon.serving.engine;

import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where one rank of an adapter has its row of A and its column of B of each site, in a row of {@code width} values.
 *
 * @param places by site path, in the model's order
 */
record RankLayout(Map<String, Place> places, int width) {
    /** Columns begin at multiples of 16 bytes even in two-byte types, for the matrix units of GPUs. */
    private static final int ALIGNED = 8;

    /** The columns of one site: {@code in} values of A from {@code atA} on, {@code out} of B from {@code atB} on. */
    record Place(int atA, int in, int atB, int out) {}

    static RankLayout of(Network model, Map<String, LowRankPair> pairs) {
        var places = new LinkedHashMap<String, Place>();
        int at = 0;
        for (LinearSite site : model.linearSites()) {
            if (pairs.containsKey(site.path())) {
                int atB = at + aligned(site.in());
                places.put(site.path(), new Place(at, site.in(), atB, site.out()));
                at = atB + aligned(site.out());
            }
        }
        if (places.size() < pairs.size()) {
            throw new IllegalArgumentException("Pairs at sites that are no linear layers: " + pairs.keySet());
        }
        return new RankLayout(places, at);
    }

    static int aligned(int columns) {
        return (columns + ALIGNED - 1) / ALIGNED * ALIGNED;
    }
}
