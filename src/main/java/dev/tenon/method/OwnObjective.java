package dev.tenon.method;

import dev.tenon.tensor.Tensor;

/** An adapter that adds a term of its own to the loss. */
public interface OwnObjective extends Adapter {
    /**
     * The term, a scalar to be added to the mean cross-entropy; asked for on the tape, after a forward pass through
     * {@link #hooks}.
     */
    Tensor penalty();
}
