package dev.tenon.model;

import dev.tenon.model.Quantisation.Format;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix kept in fewer bits, which is dense only while something is computed with it.
 *
 * @param parts codes, scales, zero points, second scales and mean, as {@code kernels/quantise.py} lays them out
 * @param pairs the levels of both halves of a byte, shared by all matrices of a model; null for int8
 * @param in width of a row
 * @param type what it is computed with
 */
public record QuantisedMatrix(
        Quantisation form, List<Tensor> parts, @Nullable Tensor pairs, int in, DType type) implements Matrix {
    public QuantisedMatrix {
        parts = List.copyOf(parts);
    }

    /**
     * Codes a dense matrix {@code [out, in]}; the parts belong to the current scope.
     *
     * @param pairs of nf4, of the same type as the matrix
     */
    static QuantisedMatrix of(Tensor dense, Quantisation form, @Nullable Tensor pairs) {
        int in = Math.toIntExact(dense.size(1));
        try (var scope = Scope.open()) {
            var single = codes(dense, form, form.width(in));
            var parts = form.doubled() ? Kernels.callList("doubled", single) : single;
            parts.forEach(scope::keep);
            return new QuantisedMatrix(form, parts, pairs, in, dense.dtype());
        }
    }

    private static List<Tensor> codes(Tensor dense, Quantisation form, int width) {
        if (form.format() == Format.NF4) {
            Tensor boundaries = NormalLevels.boundaries(dense.device());
            return Kernels.callList("level_codes", dense, width, form.wholeMatrix(), boundaries);
        }
        String kernel = form.affine() ? "affine_codes" : "symmetric_codes";
        return Kernels.callList(kernel, dense, width, form.wholeMatrix());
    }

    @Override
    public Tensor product(Tensor x, @Nullable Tensor bias) {
        return Kernels.call("quantised_linear", x, parts, pairs, bias);
    }

    @Override
    public Tensor dense() {
        return Kernels.call("dequantised", parts, pairs, in, type);
    }

    @Override
    public Device device() {
        return parts.getFirst().device();
    }

    @Override
    public void ownedBy(Scope owner) {
        parts.forEach(owner::own);
        if (pairs != null) {
            owner.own(pairs);
        }
    }
}
