package dev.tenon.model;

import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A matrix kept as it is computed with.
 *
 * @param dense {@code [out, in]}
 */
public record DenseMatrix(Tensor dense) implements Matrix {
    @Override
    public Tensor product(Tensor x, @Nullable Tensor bias) {
        return bias == null ? Kernels.call("linear", x, dense) : Kernels.call("linear_bias", x, dense, bias);
    }

    @Override
    public @Nullable Quantisation form() {
        return null;
    }

    @Override
    public Device device() {
        return dense.device();
    }

    @Override
    public void ownedBy(Scope owner) {
        owner.own(dense);
    }
}
