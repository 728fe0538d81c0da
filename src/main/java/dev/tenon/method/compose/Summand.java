package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Composable;
import dev.tenon.method.Methods;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part that does nothing but add to the outputs of linear layers.
 *
 * @param modules paths of those layers
 * @param pairs what it adds where it is low-rank pairs and nothing else; otherwise empty
 */
record Summand(Part part, Set<String> modules, Map<String, LowRankPair> pairs) {
    /**
     * The part as a summand.
     *
     * @throws Problem 400 naming the modules that it changes in another way
     */
    static Summand of(Part part) {
        Adapter adapter = part.adapter();
        var pairs = adapter.hooks().lowRankOnly();
        Set<String> modules = pairs.isEmpty() && adapter instanceof Composable composable
                ? composable.updatedModules()
                : pairs.keySet();
        var others = new TreeSet<>(adapter.matchedModules());
        others.removeAll(modules);
        if (!others.isEmpty()) {
            throw Problem.invalid(
                    "model",
                    "not_composable",
                    ("'model' sums an adapter of the method '%s', which does more at '%s' than add to the output of a"
                                    + " linear layer. Only adapters that add to linear outputs can be summed, such as"
                                    + " plain LoRA: use this one alone, or merge it into the base.")
                            .formatted(method(adapter), others.first()));
        }
        return new Summand(part, modules, pairs);
    }

    static String method(Adapter adapter) {
        return Methods.scan().of(adapter.config()).descriptor().id();
    }

    /** Adds its share for {@code x [tokens, in]} to {@code y [tokens, out]}, whose memory is used. */
    Tensor addTo(LinearSite site, Tensor x, Tensor y) {
        LowRankPair pair = pairs.get(site.path());
        if (pair != null) {
            return Kernels.call("add_low_rank", y, x, pair.a(), pair.b(), part.weight() * pair.scale(), 0.0);
        }
        return Kernels.call(
                "add_weighted", y, ((Composable) part.adapter()).update(site, x), part.weight());
    }
}
