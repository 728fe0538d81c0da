package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Compositions that end as one plain LoRA, which every server reads. */
public final class LowRank {
    private static final String WEIGHT = ".weight";

    private LowRank() {}

    /**
     * An adapter and what was lost on the way to it.
     *
     * @param relativeError {@code ‖Δ − s B A‖ / ‖Δ‖} over all modules together, Frobenius; 0 where nothing was cut
     */
    public record Fit(Adapter adapter, double relativeError) {}

    /**
     * The exact sum of low-rank adapters as one whose rank is the sum of theirs: {@code A = [A₁; A₂; …]}, {@code B =
     * [w₁ s₁ B₁, w₂ s₂ B₂, …]}. Where that is more than a matrix can have, the same product with as many as it has.
     *
     * @throws Problem 400 {@code not_low_rank} for a part that is more than low-rank pairs
     */
    public static Adapter concatenated(Network model, List<Part> parts) {
        try (var scope = Scope.open()) {
            var summands = Part.collected(parts).stream().map(LowRank::ofPairs).toList();
            var joined = sum(summands);
            joined.replaceAll((path, pair) -> fitting(pair));
            return adapter(model, joined);
        }
    }

    /** The pairs of a sum, of joined ranks; what is made for them belongs to the current scope. */
    static Map<String, LowRankPair> sum(List<Summand> summands) {
        var a = new LinkedHashMap<String, List<Tensor>>();
        var b = new LinkedHashMap<String, List<Tensor>>();
        for (Summand summand : summands) {
            summand.pairs().forEach((path, found) -> {
                LowRankPair pair = found.joined();
                a.computeIfAbsent(path, key -> new ArrayList<>()).add(pair.a().detach());
                b.computeIfAbsent(path, key -> new ArrayList<>())
                        .add(pair.b().detach().mul(summand.weight() * pair.scale()));
            });
        }
        var joined = new LinkedHashMap<String, LowRankPair>();
        a.forEach((path, rows) -> joined.put(
                path, new LowRankPair(Tensor.cat(rows, 0), Tensor.cat(Objects.requireNonNull(b.get(path)), 1), 1)));
        return joined;
    }

    private static Summand ofPairs(Part part) {
        var summand = Summand.of(part);
        if (summand.pairs().isEmpty()) {
            throw Problem.invalid(
                    "operation",
                    "not_low_rank",
                    ("'operation' joins the ranks of low-rank adapters, and one of the method '%s' has none. Possible"
                                    + " for it are linear, ties, dare and dare_ties.")
                            .formatted(Summand.method(part.adapter())));
        }
        return summand;
    }

    private static LowRankPair fitting(LowRankPair pair) {
        long most = Math.min(pair.a().size(1), pair.b().size(0));
        if (pair.rank() <= most) {
            return pair;
        }
        var exact = Kernels.callList("truncated_pair", pair.b().matmul(pair.a()), most);
        return new LowRankPair(exact.get(0), exact.get(1), 1);
    }

    /**
     * The nearest update of a rank to a task vector, by truncated singular value decomposition (Eckart and Young 1936).
     *
     * @param rank 0 keeps every module's own rank, so that nothing is lost
     * @throws Problem 400 {@code not_low_rank} naming a tensor that is no matrix of a linear layer
     */
    public static Fit nearest(Network model, TaskVector vector, int rank) {
        try (var scope = Scope.open()) {
            var pairs = new LinkedHashMap<String, LowRankPair>();
            double lost = 0;
            double whole = 0;
            for (var entry : vector.deltas().entrySet()) {
                String name = entry.getKey();
                String path = name.substring(0, name.lastIndexOf('.'));
                if (!isMatrix(model, name) || !(model.sites().get(path) instanceof LinearSite site)) {
                    throw Problem.invalid(
                            "parts",
                            "not_low_rank",
                            ("'parts' change '%s', which a low-rank adapter cannot hold: leave 'rank' out, and store"
                                            + " them in the 'form' delta.")
                                    .formatted(name));
                }
                long width = Math.min(rank, Math.min(site.in(), site.out()));
                var found = Kernels.callList("truncated_pair", entry.getValue(), width);
                pairs.put(path, new LowRankPair(found.get(0), found.get(1), 1));
                lost += found.get(2).item();
                whole += found.get(3).item();
            }
            double error = whole == 0 ? 0 : Math.sqrt(lost / whole);
            return new Fit(adapter(model, pairs), error);
        }
    }

    /** Whether a tensor is a linear layer's matrix, which is all that low-rank updates change. */
    static boolean isMatrix(Network model, String name) {
        return name.endsWith(WEIGHT)
                && model.sites().get(name.substring(0, name.lastIndexOf('.'))) instanceof LinearSite;
    }

    /** A plain LoRA of these pairs, whose scale is taken into B. */
    private static Adapter adapter(Network model, Map<String, LowRankPair> pairs) {
        if (pairs.isEmpty()) {
            throw Problem.invalid(
                    "parts", "empty_composition", "'parts' cancel each other out: the result would be the base.");
        }
        var ranks = new LinkedHashMap<String, Object>();
        var alphas = new LinkedHashMap<String, Object>();
        pairs.forEach((path, pair) -> {
            String pattern = path.replace(".", "\\.");
            ranks.put(pattern, pair.a().size(0));
            alphas.put(pattern, pair.a().size(0));
        });
        long rank = pairs.values().stream()
                .mapToLong(pair -> pair.a().size(0))
                .max()
                .orElseThrow();
        boolean uniform = pairs.values().stream().allMatch(pair -> pair.a().size(0) == rank);
        Adapter adapter = Methods.scan()
                .attach(
                        model,
                        Map.of(
                                Methods.METHOD,
                                "lora",
                                "rank",
                                rank,
                                "alpha",
                                rank,
                                "target_modules",
                                List.copyOf(pairs.keySet()),
                                "rank_pattern",
                                uniform ? Map.of() : ranks,
                                "alpha_pattern",
                                uniform ? Map.of() : alphas),
                        0);
        pairs.forEach((path, pair) -> {
            parameter(adapter, path + ".lora_A.weight").copyFrom(pair.a());
            parameter(adapter, path + ".lora_B.weight").copyFrom(pair.b());
        });
        return adapter;
    }

    private static Tensor parameter(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name);
    }
}
