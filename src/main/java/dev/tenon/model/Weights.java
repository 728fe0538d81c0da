package dev.tenon.model;

import dev.tenon.tensor.Tensor;

/** Where a model's tensors come from while it is built. */
public interface Weights {
    /** The tensor of this name in the model's type and on its device, checked to have this shape; the caller owns it. */
    Tensor tensor(String name, long... shape);
}
