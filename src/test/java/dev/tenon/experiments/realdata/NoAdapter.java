package dev.tenon.experiments.realdata;

import dev.tenon.method.Adapter;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Tensor;
import java.util.Map;
import java.util.Set;

/** The bare base, beside which a head is trained alone. */
record NoAdapter() implements Adapter {
    @Override
    public Record config() {
        return this;
    }

    @Override
    public Map<String, Tensor> parameters() {
        return Map.of();
    }

    @Override
    public Hooks hooks() {
        return Hooks.NONE;
    }

    @Override
    public Set<String> matchedModules() {
        return Set.of();
    }

    @Override
    public void train(boolean on) {
        // there is nothing that trains
    }

    @Override
    public void close() {
        // and nothing to free
    }
}
