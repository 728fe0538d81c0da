package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What training did to the weights of a model: new minus old, by tensor name, float32 (Ilharco et al. 2023). */
public final class TaskVector implements AutoCloseable {
    private final Scope owner = Scope.detached();
    private final Map<String, Tensor> deltas = new LinkedHashMap<>();

    private TaskVector() {}

    /** Owns what is put into the map while it is being filled, in the current scope. */
    static TaskVector filled(Consumer<Map<String, Tensor>> fill) {
        var vector = new TaskVector();
        try (var scope = Scope.open()) {
            var found = new LinkedHashMap<String, Tensor>();
            fill.accept(found);
            found.forEach((name, delta) -> vector.deltas.put(name, vector.owner.own(delta)));
            return vector;
        } catch (RuntimeException e) {
            vector.close();
            throw e;
        }
    }

    /**
     * What an adapter would do to the weights of its model.
     *
     * @throws Problem 400 {@code not_mergeable} for an adapter that does something else
     */
    public static TaskVector of(Network model, Adapter adapter) {
        if (!(adapter instanceof Mergeable mergeable)) {
            throw Problem.invalid(
                    "parts",
                    "not_mergeable",
                    ("'parts' has an adapter of the method '%s', which cannot be written as a change of weights; those that"
                                    + " can are %s.")
                            .formatted(
                                    Summand.method(adapter),
                                    String.join(", ", Methods.scan().able(Mergeable.class))));
        }
        return filled(deltas -> {
            for (String name : mergeable.foldedNames()) {
                Tensor base = BaseTensors.find(model, name);
                Tensor folded = mergeable.folded(name).to(DType.F32);
                // a tensor that the base lacks, such as a new bias, began at zero
                deltas.put(name, base == null ? folded : folded.sub(base.to(DType.F32)));
            }
        });
    }

    /** By the names of the model's tensors. */
    public Map<String, Tensor> deltas() {
        return Collections.unmodifiableMap(deltas);
    }

    /** Number of values. */
    public long elements() {
        return deltas.values().stream().mapToLong(Tensor::elements).sum();
    }

    @Override
    public void close() {
        owner.close();
    }
}
