package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.method.Adapter;
import dev.tenon.method.Truncatable;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * DyLoRA's claims: one run gives an adapter that works at every rank, far better at small ones than a LoRA that is cut,
 * and hardly worse at its own.
 */
final class DyLoraExperiment {
    private static final int STEPS = 600;
    private static final int RANK = 8;
    private static final int[] RANKS = {1, 2, 4, RANK};
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};

    private final Page page = Page.open();
    private final Arithmetic task = new Arithmetic(Operation.COMPLEMENT);
    private final CausalModel model = Arithmetic.base();

    private DyLoraExperiment() {}

    /** Other pairs in place of an adapter's. */
    private record Cut(Map<String, LowRankPair> pairs) implements Hooks {
        static Cut of(Adapter lora, UnaryOperator<LowRankPair> cut) {
            var pairs = new LinkedHashMap<String, LowRankPair>();
            lora.hooks().lowRankOnly().forEach((path, pair) -> pairs.put(path, cut.apply(pair)));
            return new Cut(pairs);
        }

        @Override
        public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
            LowRankPair pair = pairs.get(site.path());
            return pair == null ? y : pair.addTo(y, x, 0);
        }
    }

    public static void main(String[] args) {
        new DyLoraExperiment().run();
    }

    private ArithmeticRun of(String method, int rank) {
        return new ArithmeticRun(task, model, Map.of("method", method, "rank", rank, "alpha", 2 * rank), STEPS);
    }

    private void run() {
        page.text(
                "Sums to complements: a decoder of two blocks, 64 wide, that knows sums of two numbers learns what they lack"
                        + " to 999 under a sign that it has never seen, in %d steps; alpha twice the rank, the best of three rates with a"
                        + " seed of its own (DyLoRA's by the mean of its ranks, all LoRAs' at rank 8). A LoRA of rank 8 is cut in two ways: to its"
                        + " first ranks, and to the nearest matrix of that rank by singular values, which takes more than a"
                        + " cut. Right answers to unseen questions in percent; mean of %d seeds, ± half the distance of the"
                        + " extremes.",
                Effort.steps(STEPS), Effort.seeds().length);
        var dynamic = new LinkedHashMap<Integer, Figures>();
        var first = new LinkedHashMap<Integer, Figures>();
        var nearest = new LinkedHashMap<Integer, Figures>();
        var dylora = of("dylora", RANK);
        double dynamicRate = dylora.bestRate(adapter -> mean(ranks(adapter)), RATES);
        var lora = of("lora", RANK);
        double rate = lora.bestRate(RATES);
        for (long seed : Effort.seeds()) {
            try (var adapter = dylora.trained(seed, dynamicRate)) {
                ranks(adapter).forEach((rank, right) -> add(dynamic, rank, right));
            }
            try (var adapter = lora.trained(seed, rate)) {
                for (int rank : RANKS) {
                    add(first, rank, cut(adapter, pair -> firstOf(pair, rank)));
                    add(nearest, rank, cut(adapter, pair -> nearestOf(pair, rank)));
                }
            }
        }
        page.table("rank", "DyLoRA, one run", "LoRA's first ranks", "LoRA's nearest", "a LoRA trained at this rank");
        for (int rank : RANKS) {
            page.row(
                    rank,
                    dynamic.get(rank).text("%.1f"),
                    first.get(rank).text("%.1f"),
                    nearest.get(rank).text("%.1f"),
                    (rank == RANK ? first.get(rank) : of("lora", rank).figures(rate, Effort.seeds())).text("%.1f"));
        }
        page.claims();
        page.more("At rank 1 better than a LoRA's first ranks", dynamic.get(1), first.get(1), "%.1f");
        page.more("At rank 2 better than a LoRA's first ranks", dynamic.get(2), first.get(2), "%.1f");
        page.more("At rank 4 better than a LoRA's first ranks", dynamic.get(4), first.get(4), "%.1f");
        page.more("At rank 1 better than the nearest to a LoRA", dynamic.get(1), nearest.get(1), "%.1f");
        page.more("At rank 2 better than the nearest to a LoRA", dynamic.get(2), nearest.get(2), "%.1f");
        page.asMuch("At rank 8 within a point of the LoRA", dynamic.get(RANK), first.get(RANK), 1, "%.1f");
        model.close();
    }

    private static void add(Map<Integer, Figures> figures, int rank, double right) {
        figures.computeIfAbsent(rank, key -> new Figures()).add(right);
    }

    private Map<Integer, Double> ranks(Adapter adapter) {
        var ranks = new LinkedHashMap<Integer, Double>();
        for (int rank : RANKS) {
            try (var cut = ((Truncatable) adapter).truncated(rank)) {
                ranks.put(rank, task.right(model, cut.hooks()));
            }
        }
        return ranks;
    }

    private static double mean(Map<Integer, Double> ranks) {
        return ranks.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private double cut(Adapter lora, UnaryOperator<LowRankPair> cut) {
        try (var scope = Scope.open()) {
            return task.right(model, Cut.of(lora, cut));
        }
    }

    private static LowRankPair firstOf(LowRankPair pair, int rank) {
        return new LowRankPair(pair.a().slice(0, 0, rank), pair.b().slice(1, 0, rank), pair.scale());
    }

    private static LowRankPair nearestOf(LowRankPair pair, int rank) {
        var parts = Kernels.callList(
                "principal_pair", pair.b().detach().matmul(pair.a().detach()), rank, 1.0);
        return new LowRankPair(parts.getFirst(), parts.getLast(), pair.scale());
    }
}
