package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.model.SiteGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the matrices of a low-rank adapter lie in its one flat piece of memory.
 *
 * @param rank of every layer, the largest of the adapter's own; lower ones end in zeros
 * @param paths the layers that it changes
 * @param matrices offset, rows, columns and whether it is viewed transposed, of every matrix; see kernels/ranks.py
 * @param groups the same by group, see {@link dev.tenon.model.RankUpdates.Piece}
 * @param places of the layers, by path
 * @param outside whether a layer outside the blocks is among them
 */
record RankLayout(
        int rank,
        Set<String> paths,
        long[] matrices,
        long[] groups,
        Map<String, Place> places,
        int width,
        boolean outside) {
    /** Factors begin at multiples of 16 bytes even in two-byte types, for the matrix units of GPUs. */
    private static final int ALIGNED = 8;
    /** Reading zeros costs less than another product for every layer, but not any number of zeros. */
    private static final int MOST_WIDENED = 4;

    /** One set for all that are equal: the layers of rows are compared in every step, and a set is equal to itself at once. */
    private static final Map<Set<String>, Set<String>> PATHS = new ConcurrentHashMap<>();

    /** One layer: its ranks among the rows of a first factor, and its second one. */
    record Place(int first, int atRank, int ranks, int second) {
        long[] numbers() {
            return new long[] {first, atRank, ranks, second};
        }
    }

    static RankLayout of(CausalModel model, Set<String> paths, int largest) {
        int rank = Math.max(1, largest);
        var building = new Building(rank);
        int found = 0;
        boolean outside = false;
        for (SiteGroup group : model.groups()) {
            var present = group.sites().stream()
                    .filter(site -> paths.contains(site.path()))
                    .toList();
            building.add(group, present);
            found += present.size();
            outside |= present.stream().anyMatch(site -> site.layer() < 0);
        }
        if (found < paths.size()) {
            throw new IllegalArgumentException("Pairs at sites that are no linear layers: " + paths);
        }
        long[] matrices = building.matrices.stream().mapToLong(Long::longValue).toArray();
        var own = PATHS.computeIfAbsent(Set.copyOf(paths), same -> same);
        long[] groups = building.groups.stream().mapToLong(Long::longValue).toArray();
        return new RankLayout(rank, own, matrices, groups, building.places, building.at, outside);
    }

    /** Whether adapters of both can lie side by side. */
    boolean fits(RankLayout other) {
        return rank == other.rank && paths.equals(other.paths);
    }

    /** Whether an adapter of the other one may lie among those of this one, with zeros in the ranks that it lacks. */
    boolean covers(RankLayout other) {
        return paths.equals(other.paths) && other.rank <= rank && rank <= MOST_WIDENED * other.rank;
    }

    /** Lays out one group after the other. */
    private static final class Building {
        private final int rank;
        private final List<Long> matrices = new ArrayList<>();
        private final List<Long> groups = new ArrayList<>();
        private final Map<String, Place> places = new HashMap<>();
        private int at;

        Building(int rank) {
            this.rank = rank;
        }

        void add(SiteGroup group, List<LinearSite> present) {
            int first = matrices.size() / 4;
            long begin = at;
            long layers = 0;
            matrix(rank * present.size(), group.sites().getFirst().in(), 1);
            align();
            long second = at;
            for (LinearSite site : group.sites()) {
                int nth = present.indexOf(site);
                if (nth >= 0) {
                    layers |= 1L << group.sites().indexOf(site);
                    places.put(site.path(), new Place(first, nth * rank, rank, matrices.size() / 4));
                }
                matrix(nth < 0 ? 0 : rank, site.out(), 0);
            }
            align();
            groups.addAll(List.of(begin, second, layers));
        }

        private void matrix(int rows, int columns, long turned) {
            matrices.addAll(List.of((long) at, (long) rows, (long) columns, turned));
            at += rows * columns;
        }

        private void align() {
            at = Math.ceilDiv(at, ALIGNED) * ALIGNED;
        }
    }
}
