package dev.tenon.model;

import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The frozen matrix {@code W [out, in]} of a linear layer, in the form in which it is kept. */
public sealed interface Matrix permits DenseMatrix, QuantisedMatrix {
    /** {@code x Wᵀ + b} for {@code x [tokens, in]}; the bias {@code [out]} may be null. */
    Tensor product(Tensor x, @Nullable Tensor bias);

    /**
     * {@code W} in the model's type: the matrix itself where it is dense, otherwise one that is made on the spot, belongs
     * to the current scope and forgets what is written into it.
     */
    Tensor dense();

    /** In which form it is kept, null where it is dense. */
    @Nullable
    Quantisation form();

    Device device();

    /** Moves its tensors to a scope. */
    void ownedBy(Scope owner);
}
