package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code y = x Wᵀ + b}.
 *
 * @param matrix {@code [out, in]}
 * @param bias {@code [out]}, or null
 */
public record LinearSite(
        String path,
        int layer,
        int in,
        int out,
        Matrix matrix,
        @Nullable Tensor bias) implements Site {
    /** A layer with a dense matrix {@code weight [out, in]}. */
    public LinearSite(String path, int layer, int in, int out, Tensor weight, @Nullable Tensor bias) {
        this(path, layer, in, out, new DenseMatrix(weight), bias);
    }

    /** The frozen computation: {@code [tokens, in]} to {@code [tokens, out]}. */
    public Tensor base(Tensor x) {
        return matrix.product(x, bias);
    }

    /** The matrix as a tensor {@code [out, in]}, made on the spot where it is kept in another form: {@link Matrix#dense}. */
    public Tensor weight() {
        return matrix.dense();
    }
}
