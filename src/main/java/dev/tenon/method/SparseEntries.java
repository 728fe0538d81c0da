package dev.tenon.method;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/**
 * What is added to chosen entries of a matrix {@code [out, in]}.
 *
 * @param places rows and columns {@code [2, count]}, int64, row by row
 * @param values {@code [count]}, float32
 */
public record SparseEntries(Tensor places, Tensor values) {
    /** Above this share of the entries a whole matrix product is quicker than sums of single columns. */
    private static final double DENSE = 1.0 / 32;

    /** What the entries add to the output {@code [tokens, out]} for an input {@code [tokens, in]}. */
    public Tensor of(Tensor x, int out) {
        return Kernels.call("sparse_update", x, places, values, out);
    }

    /** Adds that to {@code y [tokens, out]}, whose memory is used. */
    public Tensor addTo(Tensor y, Tensor x) {
        return Kernels.call("add_sparse", y, x, places, values);
    }

    /** A copy of a matrix with the entries added, differentiable by the values. */
    public Tensor in(Tensor weight) {
        return Kernels.call("with_entries", weight, places, values);
    }

    /** A copy of a matrix with the entries added {@code scale} times, rounded once to the matrix's type. */
    public Tensor folded(Tensor weight, double scale) {
        return Kernels.call("fold_entries", weight, places, values, scale);
    }

    /** Whether they are so many of a matrix of a size that training is quicker with a copy of it. */
    public boolean isDense(long out, long in) {
        return values.elements() > out * in * DENSE;
    }
}
