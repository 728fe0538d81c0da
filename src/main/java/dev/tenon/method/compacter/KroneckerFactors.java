package dev.tenon.method.compacter;

import dev.tenon.method.ParameterSet;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Objects;

/**
 * One matrix {@code H = Σᵢ Aᵢ ⊗ (sᵢ tᵢ)} in the row form {@code y = x H + b} (Zhang et al. 2021, parametrised hypercomplex
 * multiplication), with the {@code A} of all.
 *
 * @param path below which its factors {@code W_left [n, in/n, q]} and {@code W_right [n, q, out/n]} and its bias are
 */
record KroneckerFactors(String path, int in, int out, int dim, int rank) {
    static final String SHARED = "phm_rule";

    private String left() {
        return path + ".W_left";
    }

    private String right() {
        return path + ".W_right";
    }

    /** Adds the factors, Xavier-uniform with a gain of √2, and a zero bias. */
    void addTo(ParameterSet set, long seed) {
        set.train(left(), xavier(seed, left(), in / dim, rank, dim, in / dim, rank));
        set.train(right(), xavier(seed, right(), rank, out / dim, dim, rank, out / dim));
        set.train(path + ".b", Tensors.zeros(DType.F32, Device.cpu(), out));
    }

    private static Tensor xavier(long seed, String name, int fanIn, int fanOut, long... shape) {
        double bound = Math.sqrt(2) * Math.sqrt(6.0 / (fanIn + fanOut));
        return Tensors.uniform(ParameterSet.random(seed, name), -bound, bound, shape);
    }

    /** The transpose of H, {@code [out, in]}, as a linear layer has it. */
    Tensor weight(ParameterSet set) {
        return Kernels.call(
                "kronecker_sum", require(set, SHARED), require(set, left()), require(set, right()));
    }

    Tensor bias(ParameterSet set) {
        return require(set, path + ".b");
    }

    private static Tensor require(ParameterSet set, String name) {
        return Objects.requireNonNull(set.parameters().get(name), name);
    }

    /** {@code q(in + out) + out}. */
    static long parameters(int in, int out, int rank) {
        return (long) rank * (in + out) + out;
    }
}
