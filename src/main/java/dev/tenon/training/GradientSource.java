package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LowRankGradients;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** Computes the loss of one batch and its gradient by an adapter's parameters. */
interface GradientSource {
    /**
     * What one batch gives.
     *
     * @param loss sum of the cross-entropy over the targets, in nats, {@code [1]}
     * @param correct number of targets that were the most likely token, {@code [1]}
     * @param gradients in the order of the parameters, of {@code weight · loss}
     */
    record Result(Tensor loss, Tensor correct, List<Tensor> gradients) {}

    Result compute(Batch batch, double weight);

    /** The quickest source that covers what the adapter does. */
    static GradientSource of(CausalModel model, Adapter adapter) {
        try (var scope = Scope.open()) {
            var pairs = adapter.hooks().lowRankOnly();
            return model instanceof LowRankGradients gradients && !pairs.isEmpty() && gradients.covers(pairs)
                    ? new LowRankSource(model, gradients, adapter)
                    : new TapeSource(model, adapter);
        }
    }
}
