package dev.tenon.model;

import dev.tenon.tensor.Tensor;

/** Where a model's tensors come from while it is built. */
public interface Weights {
    /** The tensor of this name in the model's type and on its device, checked to have this shape; the caller owns it. */
    Tensor tensor(String name, long... shape);

    /** The matrix of a linear layer of a block, or of none where {@code layer} is −1, in the form of these weights. */
    default Matrix matrix(String name, int layer, int out, int in) {
        return new DenseMatrix(tensor(name, out, in));
    }
}
