package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;

/**
 * A sparse adapter that stands in a model's own weights until it is closed. What stood there before is kept and put back
 * bit for bit. One at a time may do so, and nobody may compute with the model while it is being switched.
 */
public final class Scatter implements AutoCloseable {
    private final Scope owner = Scope.detached();
    private final List<Tensor> weights;
    private final List<Tensor> places;
    private final List<Tensor> before;

    private Scatter(List<Tensor> weights, List<Tensor> places, List<Tensor> before) {
        this.weights = weights;
        this.places = places;
        this.before = before;
        before.forEach(owner::own);
    }

    /**
     * Adds the adapter's entries, {@code scale} times, to the weights of a model.
     *
     * @throws dev.tenon.core.Problem 400 where the model keeps its matrices in fewer bits
     */
    public static Scatter into(Network model, SparseDelta adapter, double scale) {
        if (model.quantisation() != null) {
            throw Problem.invalid(
                    "model",
                    "quantised_base",
                    "The base keeps its matrices as %s, into which single entries cannot be written: switch on a dense base."
                            .formatted(model.quantisation().label()));
        }
        var entries = List.copyOf(adapter.entries().entrySet());
        var weights = entries.stream()
                .map(entry -> BaseTensors.require(model, entry.getKey()))
                .toList();
        var places = entries.stream().map(entry -> entry.getValue().places()).toList();
        var values = entries.stream()
                .map(entry -> entry.getValue().values().detach())
                .toList();
        return new Scatter(weights, places, Kernels.callList("scatter_entries", weights, places, values, scale));
    }

    /** Puts back what stood there before. */
    @Override
    public void close() {
        Kernels.callNothing("restore_entries", weights, places, before);
        owner.close();
    }
}
