package dev.tenon.method.compose;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.StoresDeltas;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The adapter that a change of weights is stored as. */
final class Stored {
    private Stored() {}

    /**
     * The form that the recipe asks for. What is made of LoRAs stays one, which every server reads; otherwise the smaller
     * form that loses nothing.
     *
     * @param parts that the change was made of
     */
    static LowRank.Fit of(Network model, List<Part> parts, TaskVector vector, Recipe recipe) {
        boolean matrices = vector.deltas().keySet().stream().allMatch(name -> LowRank.isMatrix(model, name));
        boolean free = recipe.asks(Recipe.AUTO) && recipe.rank() == 0;
        try (var scope = Scope.open()) {
            if (recipe.asks(Recipe.DELTA) || (free && !matrices)) {
                return new LowRank.Fit(delta(model, vector), 0);
            }
            var fit = LowRank.nearest(model, vector, recipe.rank());
            boolean loras = parts.stream()
                    .noneMatch(part -> part.adapter().hooks().lowRankOnly().isEmpty());
            if (!free || loras || fit.adapter().parameterCount() * DType.F32.bytes() <= bytes(model, changed(vector))) {
                return fit;
            }
            fit.adapter().close();
            return new LowRank.Fit(delta(model, vector), 0);
        }
    }

    private static Adapter delta(Network model, TaskVector vector) {
        var changed = changed(vector);
        return smallest(model, changed).holding(model, changed);
    }

    /** Tensors in which the parts do not cancel out; all of them where they do so everywhere. */
    private static Map<String, Tensor> changed(TaskVector vector) {
        var changed = new LinkedHashMap<>(vector.deltas());
        changed.values().removeIf(delta -> delta.abs().max().item() == 0);
        return changed.isEmpty() ? vector.deltas() : changed;
    }

    private static long bytes(Network model, Map<String, Tensor> deltas) {
        return smallest(model, deltas).bytes(model, deltas);
    }

    private static StoresDeltas smallest(Network model, Map<String, Tensor> deltas) {
        return Methods.scan().all().stream()
                .filter(StoresDeltas.class::isInstance)
                .map(StoresDeltas.class::cast)
                .min(Comparator.comparingLong(method -> method.bytes(model, deltas)))
                .orElseThrow();
    }
}
