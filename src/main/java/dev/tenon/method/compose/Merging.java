package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.ParameterSet;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How several task vectors become one.
 *
 * @param density the part of each vector's values that is kept, for the operations that drop some
 * @param seed decides what DARE drops
 */
public record Merging(Operation operation, double density, long seed) {
    /** What is done with the weighted vectors. */
    public enum Operation {
        /** {@code Σ wᵢ τᵢ}: task arithmetic; a negative weight forgets (Ilharco et al. 2023). */
        LINEAR(false, false),
        /** Trim to the largest values, elect a sign, average those that agree (Yadav et al. 2023, TIES-Merging). */
        TIES(false, true),
        /** Drop at random and rescale what is left by {@code 1 / density}, then sum (Yu et al. 2024, DARE). */
        DARE(true, false),
        /** Drop and rescale, then elect a sign and average those that agree. */
        DARE_TIES(true, true);

        private final boolean drops;
        private final boolean elects;

        Operation(boolean drops, boolean elects) {
            this.drops = drops;
            this.elects = elects;
        }

        /** As requests name it, for example {@code dare_ties}. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** All names, for refusals and descriptions. */
        public static String names() {
            return Stream.of(values()).map(Operation::wire).collect(Collectors.joining(", "));
        }
    }

    public Merging {
        if (!(density > 0 && density <= 1)) {
            throw Problem.invalid(
                    "density", "invalid_value", "'density' is %s and must be above 0 and at most 1.".formatted(density));
        }
    }

    /** A vector with its weight. */
    public record Weighted(TaskVector vector, double weight) {}

    /** The merged vector; a tensor that a vector lacks counts as unchanged by it. */
    public TaskVector merge(List<Weighted> vectors) {
        try (var scope = Scope.open()) {
            var ready = new ArrayList<Map<String, Tensor>>();
            for (int i = 0; i < vectors.size(); i++) {
                ready.add(prepared(vectors.get(i), i));
            }
            var names = new LinkedHashSet<String>();
            ready.forEach(vector -> names.addAll(vector.keySet()));
            return TaskVector.filled(merged -> names.forEach(name -> {
                var present = ready.stream()
                        .filter(vector -> vector.containsKey(name))
                        .map(vector -> vector.get(name))
                        .toList();
                merged.put(name, Kernels.call(operation.elects ? "elected_mean" : "sum_of", present));
            }));
        }
    }

    private Map<String, Tensor> prepared(Weighted part, int number) {
        var deltas = part.vector().deltas();
        var prepared = new LinkedHashMap<String, Tensor>();
        double threshold = operation == Operation.TIES && density < 1 ? threshold(part.vector()) : 0;
        deltas.forEach((name, delta) -> {
            Tensor kept = delta;
            if (operation.drops) {
                var random = ParameterSet.random(seed, number + " " + name);
                Tensor draws = Tensors.uniform(random, 0, 1, delta.shape()).to(delta.device());
                kept = Kernels.call("drop_and_rescale", delta, draws, density);
            } else if (threshold > 0) {
                kept = Kernels.call("trimmed", delta, threshold);
            }
            prepared.put(name, kept.mul(part.weight()));
        });
        return prepared;
    }

    /** The smallest of the largest values that are kept, over the whole vector as the paper has it. */
    private double threshold(TaskVector vector) {
        long kept = Math.max(1, Math.round(density * vector.elements()));
        try (var scope = Scope.open()) {
            return Kernels.call("largest_at", List.copyOf(vector.deltas().values()), kept)
                    .item();
        }
    }
}
