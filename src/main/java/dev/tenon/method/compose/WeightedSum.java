package dev.tenon.method.compose;

import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Several adapters at once, {@code y = x Wᵀ + b + Σ wᵢ uᵢ(x)} at every linear layer: {@code base+a:0.7+b:0.3}. */
public record WeightedSum(List<Summand> summands) implements Hooks {
    public WeightedSum {
        summands = List.copyOf(summands);
    }

    /**
     * The sum of parts on one base. It holds none of their memory: they must live as long as it is used.
     *
     * @throws dev.tenon.core.Problem 400 {@code not_composable} naming what a part does that cannot be summed
     */
    public static Hooks of(List<Part> parts) {
        parts.forEach(Summand::of);
        var summands = Part.collected(parts).stream().map(Summand::of).toList();
        return summands.isEmpty() ? NONE : new WeightedSum(summands);
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        Tensor sum = y;
        for (Summand summand : summands) {
            if (summand.modules().contains(site.path())) {
                sum = summand.addTo(site, x, sum);
            }
        }
        return sum;
    }

    /** Where every part is low-rank pairs and nothing else, so is the sum. */
    @Override
    public Map<String, LowRankPair> lowRankOnly() {
        return summands.stream().anyMatch(summand -> summand.pairs().isEmpty()) ? Map.of() : LowRank.sum(summands);
    }
}
