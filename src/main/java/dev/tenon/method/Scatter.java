package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A sparse adapter that stands in a model's own weights until it is closed. What stood there before is kept and put back
 * bit for bit. One at a time may do so, or several that are closed in the opposite order, and nobody may compute with the
 * model while it is being switched.
 */
public final class Scatter implements AutoCloseable {
    private final Scope owner = Scope.detached();
    private final Ready adapter;
    private final List<Tensor> before;
    private final boolean ownsAdapter;

    private Scatter(Ready adapter, List<Tensor> before, boolean ownsAdapter) {
        this.adapter = adapter;
        this.before = before;
        this.ownsAdapter = ownsAdapter;
        before.forEach(owner::own);
    }

    /** An adapter of which it is known where in a model's memory its entries lie, to be switched in again and again. */
    public static final class Ready implements AutoCloseable {
        private final Scope owner = Scope.detached();
        private final List<Tensor> weights = new ArrayList<>();
        private final List<Tensor> values = new ArrayList<>();
        private final List<Tensor> flat;

        /**
         * Looks the places up.
         *
         * @throws Problem 400 where the model keeps its matrices in fewer bits, or where entries are of an embedding whose
         *     table is the output head's too
         */
        public Ready(Network model, SparseDelta adapter) {
            if (model.quantisation() != null) {
                throw Problem.invalid(
                        "model",
                        "quantised_base",
                        "The base keeps its matrices as %s, into which single entries cannot be written: switch on a dense base."
                                .formatted(model.quantisation().label()));
            }
            try (var scope = Scope.open()) {
                var places = new ArrayList<Tensor>();
                adapter.entries().forEach((name, entries) -> {
                    requireOwnTable(model, name);
                    weights.add(BaseTensors.require(model, name));
                    places.add(entries.places());
                    values.add(owner.own(entries.values().detach()));
                });
                flat = Kernels.callList("flat_places_of_all", places, weights);
                flat.forEach(owner::own);
            }
        }

        private static void requireOwnTable(Network model, String name) {
            if (model.config().tiedHead() && model.sites().get(WholeModules.module(name)) instanceof EmbeddingSite) {
                throw Problem.invalid(
                        "model",
                        "shared_table",
                        "The adapter changes '%s', which this base shares with its output head: it cannot stand there."
                                .formatted(name));
            }
        }

        /** Adds the entries, {@code scale} times, to the weights of the model. */
        public Scatter in(double scale) {
            return scatter(scale, false);
        }

        private Scatter scatter(double scale, boolean owned) {
            try (var scope = Scope.open()) {
                return new Scatter(this, Kernels.callList("scatter_entries", weights, flat, values, scale), owned);
            }
        }

        @Override
        public void close() {
            owner.close();
        }
    }

    /**
     * Adds an adapter's entries, {@code scale} times, to the weights of a model.
     *
     * @throws Problem 400 as {@link Ready#Ready}
     */
    public static Scatter into(Network model, SparseDelta adapter, double scale) {
        return new Ready(model, adapter).scatter(scale, true);
    }

    /** Puts back what stood there before. */
    @Override
    public void close() {
        Kernels.callNothing("restore_entries", adapter.weights, adapter.flat, before);
        owner.close();
        if (ownsAdapter) {
            adapter.close();
        }
    }
}
