package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/** A model that can compute the gradient of low-rank pairs on its linear layers without a tape. */
public interface LowRankGradients {
    /** Whether every path is a linear layer whose gradient is written out. */
    boolean covers(Map<String, LowRankPair> pairs);

    /** For pairs without a start: runs the model forward, keeping what {@link Pass#backward} reads; all in the innermost scope. */
    Pass forward(Sequences sequences, Map<String, LowRankPair> pairs);

    /** One forward pass that waits for its gradient. */
    interface Pass {
        /** The last hidden states {@code [tokens, hidden]}, final norm applied. */
        Tensor hidden();

        /**
         * Goes back through the model.
         *
         * @param gradient of the loss by {@link #hidden}, {@code [tokens, hidden]}
         * @return by the tensors {@code a} and {@code b} of the pairs, their gradients in float
         */
        IdentityHashMap<Tensor, Tensor> backward(Tensor gradient);
    }
}
