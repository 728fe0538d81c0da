package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.tensor.TensorList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order of a step's rows in which those whose low-rank updates are computed together are neighbours: the largest group
 * of rows with as many tokens each and adapters of the same layers sits in lanes, as wide as the highest of their ranks; the
 * others by adapter, those of vectors on channels side by side.
 */
record Seating(List<StepShare> shares, @Nullable Group lanes) {
    /** Rows in lanes: their adapters, and how many tokens each has. */
    record Group(List<PlacedRanks> adapters, int each, TensorList views, RankLayout layout) {}

    /** What rows must have in common to sit in lanes together. */
    private record Kind(Set<String> paths, int tokens, boolean begins) {
        static Kind of(StepShare share, PlacedRanks ranks) {
            return new Kind(ranks.layout().paths(), share.width(), share.width() > 1 && share.row().computed == 0);
        }
    }

    /** Rows that can sit in lanes of one width, and an adapter of that width. */
    private record Candidates(PlacedRanks widest, List<StepShare> rows) {
        /** The most rows that one width covers; of equally many the narrowest. */
        static Candidates of(List<StepShare> rows) {
            return rows.stream()
                    .map(Seating::ranks)
                    .sorted(Comparator.comparingInt(ranks -> ranks.layout().rank()))
                    .map(widest -> new Candidates(widest, covered(rows, widest.layout())))
                    .reduce((one, other) -> other.rows.size() > one.rows.size() ? other : one)
                    .orElseThrow();
        }

        private static List<StepShare> covered(List<StepShare> rows, RankLayout layout) {
            return rows.stream()
                    .filter(row -> layout.covers(ranks(row).layout()))
                    .toList();
        }
    }

    /**
     * @param most the most rows that there can be
     * @param model which may update tokens where their adapters are
     */
    static Seating of(List<StepShare> given, AdapterCache cache, int most, CausalModel model) {
        var kinds = new HashMap<Kind, List<StepShare>>();
        var numbers = new IdentityHashMap<PlacedRanks, Integer>();
        int whereTheyAre = whereTheyAre(given, model);
        boolean few = given.stream().mapToInt(StepShare::width).sum() <= whereTheyAre;
        for (StepShare share : given) {
            var ranks = share.row().ranks();
            if (ranks != null) {
                numbers.putIfAbsent(ranks, numbers.size());
            }
            if (ranks != null && !few && (share.width() > 1 || whereTheyAre == 0)) {
                kinds.computeIfAbsent(Kind.of(share, ranks), any -> new ArrayList<>())
                        .add(share);
            }
        }
        var ordered = new ArrayList<>(given);
        ordered.sort(Comparator.comparingInt(share -> number(numbers, share)));
        var largest = kinds.values().stream()
                .map(Candidates::of)
                .max(Comparator.comparingInt(candidates -> candidates.rows().size()));
        if (largest.isEmpty()
                || !worthwhile(largest.get().rows(), model.device().isGpu())) {
            return new Seating(ordered, null);
        }
        var rows = largest.get().rows();
        var adapters = rows.stream().map(Seating::ranks).toList();
        var lanes = cache.lanes(largest.get().widest(), rows.size(), most);
        if (lanes == null) {
            return new Seating(ordered, null);
        }
        var seated = new ArrayList<StepShare>();
        for (int row : lanes.seat(adapters)) {
            seated.add(rows.get(row));
        }
        int each = rows.getFirst().width();
        var group = new Group(
                seated.stream().map(Seating::ranks).toList(), each, lanes.views(seated.size()), lanes.layout());
        ordered.removeAll(seated);
        seated.addAll(ordered);
        return new Seating(seated, group);
    }

    /** On a CPU, a row of another method takes all others along on its way through the layers; one fused into a model not. */
    private static int whereTheyAre(List<StepShare> given, CausalModel model) {
        boolean apart = model.device().isGpu() || given.stream().allMatch(Seating::isAlike);
        return apart ? model.tokensUpdatedWhereTheyAre() : 0;
    }

    private static boolean isAlike(StepShare share) {
        var adapter = share.row().request.adapter();
        return share.row().ranks() != null
                ? !ranks(share).layout().outside()
                : adapter == EngineAdapter.NONE || adapter.hooks().ownModel() != null;
    }

    private static int number(Map<PlacedRanks, Integer> numbers, StepShare share) {
        var ranks = share.row().ranks();
        if (ranks != null) {
            return numbers.getOrDefault(ranks, 0);
        }
        return share.row().request.adapter().channels().isEmpty() ? Integer.MAX_VALUE : Integer.MAX_VALUE - 1;
    }

    private static PlacedRanks ranks(StepShare share) {
        return java.util.Objects.requireNonNull(share.row().ranks());
    }

    /** Few adapters are quicker one after the other: on a GPU, where each costs launches, only one. */
    private static boolean worthwhile(List<StepShare> rows, boolean gpu) {
        long distinct = rows.stream().map(Seating::ranks).distinct().count();
        return distinct > 1 && (gpu || 4 * distinct > rows.size());
    }

    /** The adapters by their hooks. */
    Map<dev.tenon.model.Hooks, PlacedRanks> byHooks() {
        var found = new LinkedHashMap<dev.tenon.model.Hooks, PlacedRanks>();
        for (StepShare share : shares) {
            var ranks = share.row().ranks();
            if (ranks != null) {
                found.put(share.row().request.adapter().hooks(), ranks);
            }
        }
        return found;
    }
}
