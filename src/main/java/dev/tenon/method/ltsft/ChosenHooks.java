package dev.tenon.method.ltsft;

import dev.tenon.method.SparseEntries;
import dev.tenon.model.DenseMatrix;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What chosen entries do at the sites. */
record ChosenHooks(Chosen chosen, BooleanSupplier training) implements Hooks {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    /** A matrix of which so much is chosen that a product with a copy is quicker than sums of columns. */
    @Override
    public boolean replaces(LinearSite site) {
        var own = chosen.of(site.path() + WEIGHT);
        return training.getAsBoolean()
                && own != null
                && site.matrix() instanceof DenseMatrix dense
                && dense.dense().dtype() == DType.F32
                && own.isDense(site.out(), site.in());
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        var own = chosen.of(site.path() + WEIGHT);
        if (own == null || !replaces(site)) {
            return Hooks.super.linear(site, x);
        }
        return withBias(site, new DenseMatrix(own.in(site.weight())).product(x, site.bias()));
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        var own = chosen.of(site.path() + WEIGHT);
        return withBias(site, own == null ? y : own.addTo(y, x));
    }

    private Tensor withBias(LinearSite site, Tensor y) {
        var own = chosen.of(site.path() + BIAS);
        return own == null ? y : Kernels.call("add_row", y, row(own, site.out()));
    }

    /** What is added to the output of a layer. */
    Tensor update(LinearSite site, Tensor x) {
        var weight = chosen.of(site.path() + WEIGHT);
        var bias = chosen.of(site.path() + BIAS);
        Tensor row = bias == null ? null : row(bias, site.out());
        Tensor alone = Kernels.call("product_and_row", x, null, row, site.out());
        return weight == null ? alone : weight.addTo(alone, x);
    }

    private static Tensor row(SparseEntries own, long width) {
        return Kernels.call("row_of_entries", own.places(), own.values(), width);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        var weight = chosen.of(site.path() + WEIGHT);
        var bias = chosen.of(site.path() + BIAS);
        if (weight == null && bias == null) {
            return site.base(x);
        }
        Tensor moved = moved(weight, site.weight());
        return site.with(x, moved == null ? site.weight() : moved, moved(bias, site.bias()));
    }

    private static @Nullable Tensor moved(@Nullable SparseEntries own, @Nullable Tensor base) {
        return own == null || base == null
                ? base
                : Kernels.call("moved_tensor", base, row(own, base.size(0)), DType.F32);
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        var own = chosen.of(site.path() + WEIGHT);
        return own == null
                ? site.base(ids)
                : Kernels.call(
                        "add_sparse_rows",
                        site.base(ids),
                        ids,
                        own.places(),
                        own.values(),
                        site.weight().size(0));
    }
}
