package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Composable;
import dev.tenon.method.Methods;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part that does nothing but add to the outputs of linear layers.
 *
 * @param modules paths of those layers
 */
record Summand(Composable adapter, double weight, Set<String> modules) {
    /**
     * The part as a summand.
     *
     * @throws Problem 400 naming the modules that it changes in another way
     */
    static Summand of(Part part) {
        Adapter adapter = part.adapter();
        Set<String> modules = adapter instanceof Composable composable ? composable.updatedModules() : Set.of();
        var others = new TreeSet<>(adapter.matchedModules());
        others.removeAll(modules);
        if (!others.isEmpty() || !(adapter instanceof Composable composable)) {
            throw Problem.invalid(
                    "model",
                    "not_composable",
                    ("'model' sums an adapter of the method '%s', which does more at '%s' than add to the output of a"
                                    + " linear layer. Adapters that only do that can be summed, as those of the methods"
                                    + " %s: use this one alone, or merge it into the base.")
                            .formatted(
                                    method(adapter),
                                    others.first(),
                                    String.join(", ", Methods.scan().able(Composable.class))));
        }
        return new Summand(composable, part.weight(), modules);
    }

    static String method(Adapter adapter) {
        return Methods.scan().of(adapter.config()).descriptor().id();
    }

    /** What it adds where that is low-rank pairs and nothing else, without its weight; otherwise empty. */
    Map<String, LowRankPair> pairs() {
        return adapter.hooks().lowRankOnly();
    }

    /** Adds its share for {@code x [tokens, in]} to {@code y [tokens, out]}, whose memory is used. */
    Tensor addTo(LinearSite site, Tensor x, Tensor y) {
        return adapter.addUpdate(site, x, y, weight);
    }
}
