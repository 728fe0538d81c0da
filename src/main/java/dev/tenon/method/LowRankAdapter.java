package dev.tenon.method;

import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * An adapter that is nothing but low-rank updates of linear layers, whatever their pairs are made of.
 *
 * @param <C> its settings
 */
public abstract class LowRankAdapter<C extends Record> extends TensorAdapter<C> implements LowRankUpdates, Mergeable {
    private static final String WEIGHT = ".weight";

    private final Network model;

    protected LowRankAdapter(Network model, C config, ParameterSet tensors, Iterable<String> layers) {
        super(config, tensors, layers);
        this.model = model;
    }

    /** The model that it adapts. */
    public final Network model() {
        return model;
    }

    /** The update of an adapted layer as it stands; what is made for it belongs to the current scope. */
    protected abstract LowRankPair pair(String path);

    /**
     * Whether the parameters are the pairs' tensors and nothing else, under PEFT's names for LoRA, so that a plain LoRA's
     * file holds all there is.
     */
    protected boolean isItsPairs() {
        return false;
    }

    /** The part of the update's inputs to drop now. */
    protected double dropout() {
        return 0;
    }

    @Override
    public final Map<String, LowRankPair> pairs() {
        var pairs = new LinkedHashMap<String, LowRankPair>();
        matchedModules().forEach(path -> pairs.put(path, pair(path)));
        return pairs;
    }

    @Override
    public final Set<String> updatedModules() {
        return matchedModules();
    }

    @Override
    public final Tensor update(LinearSite site, Tensor x) {
        return pair(site.path()).of(x);
    }

    @Override
    public final Tensor addUpdate(LinearSite site, Tensor x, Tensor y, double weight) {
        return pair(site.path()).times(weight).addTo(y, x, 0);
    }

    @Override
    public final Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        matchedModules().forEach(path -> names.add(path + WEIGHT));
        return names;
    }

    @Override
    public final Tensor folded(String name) {
        String path = name.substring(0, name.length() - WEIGHT.length());
        return pair(path).foldedInto(BaseTensors.require(model, name));
    }

    @Override
    public Hooks hooks() {
        return new Updates();
    }

    private final class Updates implements Hooks {
        @Override
        public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
            return matchedModules().contains(site.path()) ? pair(site.path()).addTo(y, x, dropout()) : y;
        }

        @Override
        public Map<String, LowRankPair> lowRankOnly() {
            return dropout() == 0 ? pairs() : Map.of();
        }
    }
}
