package dev.tenon.training;

import dev.tenon.method.Tuned;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** Computes the loss of one batch and its gradient by the parameters of an adapter and the head beside it. */
interface GradientSource extends AutoCloseable {
    /**
     * What one batch gives.
     *
     * @param loss sum of the cross-entropy over the targets, in nats, {@code [1]}
     * @param correct number of targets that were the most likely class, {@code [1]}
     * @param gradients in the order of the parameters, of {@code weight · loss}
     */
    record Result(Tensor loss, Tensor correct, List<Tensor> gradients) {}

    Result compute(Batch batch, double weight);

    /** Whether what the parts of a batch give adds up to what the whole gives. */
    default boolean addsUp() {
        return true;
    }

    @Override
    default void close() {}

    /** The same for batches of at most so many documents, on a CPU with lanes for them where parts add up. */
    static GradientSource of(Network model, Tuned tuned, int documents) {
        var source = of(model, tuned);
        return model.device().isGpu() || !source.addsUp() ? source : new ParallelSource(source, documents);
    }

    /** Before a step, with one of its batches. */
    default void look(Batch batch) {}

    /** The quickest source that covers what the adapter does. */
    static GradientSource of(Network model, Tuned tuned) {
        var adapter = tuned.adapter();
        try (var scope = Scope.open()) {
            var pairs = adapter.hooks().lowRankOnly();
            var head = FrozenHead.of(model, tuned);
            return head != null
                            && !pairs.isEmpty()
                            && model instanceof LowRankGradients gradients
                            && gradients.covers(pairs)
                    ? new LowRankSource(model, gradients, adapter, head)
                    : new TapeSource(model, tuned);
        }
    }
}
