package dev.tenon.method;

import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;

/** How a low-rank pair starts that changes nothing at first: A uniform in {@code ±1/√in} (Kaiming, a = √5), B zero. */
public final class LowRankStart {
    private LowRankStart() {}

    /** {@code [rank, in]} on the CPU; the seed and the name decide it. */
    public static Tensor a(long seed, String name, long rank, long in) {
        double bound = 1 / Math.sqrt(in);
        return Tensors.uniform(ParameterSet.random(seed, name), -bound, bound, rank, in);
    }

    /** {@code [rank, in]} of a layer. */
    public static Tensor a(long seed, SiteShape site, long rank) {
        return a(seed, site.path(), rank, site.in());
    }

    /** {@code [out, rank]} of a layer. */
    public static Tensor b(SiteShape site, long rank) {
        return Tensors.zeros(DType.F32, Device.cpu(), site.out(), rank);
    }
}
