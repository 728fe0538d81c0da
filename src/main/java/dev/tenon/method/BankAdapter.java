package dev.tenon.method;

import dev.tenon.method.BottleneckForm.Reads;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adapter that joins the frozen bottlenecks of finished ones at the parts of every block.
 *
 * @param <C> its settings
 */
public abstract class BankAdapter<C extends Record> extends TensorAdapter<C> implements Hooks {
    private final Reads reads;
    private final Activation activation;
    private final Map<String, BottleneckBank> banks = new LinkedHashMap<>();

    /**
     * An adapter at work.
     *
     * @param tensors with a bank for every part, owned from now on
     */
    protected BankAdapter(C config, ParameterSet tensors, Reads reads, List<BranchSite> parts) {
        super(config, tensors, parts.stream().map(BranchSite::path).toList());
        this.reads = reads;
        this.activation = BottleneckBank.activation(tensors);
        parts.forEach(part -> banks.put(part.path(), BottleneckBank.of(tensors, part.path())));
    }

    /**
     * What is added at a part.
     *
     * @param x {@code [tokens, in]}, what the bottlenecks read
     * @param h {@code [tokens, out]}, what it is added to
     * @return {@code [tokens, out]}
     */
    protected abstract Tensor joined(String path, BottleneckBank bank, Tensor x, Tensor h);

    /** The activation of all its sources. */
    protected final Activation activation() {
        return activation;
    }

    @Override
    public final Hooks hooks() {
        return this;
    }

    @Override
    public final Tensor branch(BranchSite site, Tensor input, Tensor output) {
        BottleneckBank bank = reads == Reads.RESIDUAL ? null : banks.get(site.path());
        return bank == null
                ? output
                : output.add(joined(site.path(), bank, reads == Reads.PARALLEL ? input : output, output));
    }

    @Override
    public final Tensor residual(BranchSite site, Tensor x) {
        BottleneckBank bank = reads == Reads.RESIDUAL ? banks.get(site.path()) : null;
        return bank == null ? x : x.add(joined(site.path(), bank, x, x));
    }
}
