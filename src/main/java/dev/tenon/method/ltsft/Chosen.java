package dev.tenon.method.ltsft;

import dev.tenon.method.ParameterSet;
import dev.tenon.method.SparseEntries;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Entries of many tensors in three: all {@code values [K]}, their {@code places [2, K]} (row and column in their own tensor),
 * and the {@code counts} of each tensor, one tensor after the other in the plan's order.
 */
final class Chosen {
    private static final String VALUES = "values";
    private static final String PLACES = "places";
    private static final String COUNTS = "counts";
    private static final String START = "start";

    private final LtsftPlan plan;
    private final Tensor values;
    private final Tensor places;
    private final Tensor counts;
    private volatile @Nullable Map<String, Range> ranges;

    /** The entries of one tensor among all. */
    private record Range(long from, long to) {}

    private Chosen(LtsftPlan plan, @Nullable Tensor values, ParameterSet tensors) {
        this.plan = plan;
        this.values = Objects.requireNonNull(values);
        this.places = Objects.requireNonNull(tensors.buffers().get(PLACES));
        this.counts = Objects.requireNonNull(tensors.buffers().get(COUNTS));
    }

    /** Those of a set whose values are trained. */
    static Chosen trained(LtsftPlan plan, ParameterSet tensors) {
        return new Chosen(plan, tensors.parameters().get(VALUES), tensors);
    }

    /** Those of earlier rounds with which a dense phase began, or null in the first. */
    static @Nullable Chosen earlier(LtsftPlan plan, ParameterSet tensors) {
        Tensor start = tensors.buffers().get(START);
        return start == null ? null : new Chosen(plan, start, tensors);
    }

    /** The set of tensors that this reads; taken over from the current scope. */
    static ParameterSet set(Device device, Tensor places, Tensor counts, Tensor values) {
        return ParameterSet.filled(device, set -> {
            set.train(VALUES, values);
            set.keep(PLACES, places);
            set.keep(COUNTS, counts);
        });
    }

    /** Keeps them beside what a dense phase trains. */
    void keptIn(ParameterSet set) {
        set.keep(PLACES, places.copy());
        set.keep(COUNTS, counts.copy());
        set.keep(START, values.detach().copy());
    }

    /** The values of a tensor, dense and zero where nothing was chosen; owned by the current scope. */
    Tensor spread(String name, long[] shape) {
        Tensor zeros = Tensors.zeros(DType.F32, values.device(), shape);
        var own = of(name);
        return own == null ? zeros : own.folded(zeros, 1);
    }

    /** How far a dense change is from those values; infinitely far at the entries themselves, which stay chosen. */
    Tensor moves(String name, Tensor delta) {
        Tensor moved = delta.detach().sub(spread(name, delta.shape()));
        var own = of(name);
        return own == null ? moved : Kernels.call("surely_chosen", moved, own.places());
    }

    long count() {
        return values.elements();
    }

    /** Asked for with the first computation, because a checkpoint may be read into the tensors before. */
    private Map<String, Range> ranges() {
        var known = ranges;
        if (known == null) {
            known = new LinkedHashMap<>();
            long[] many = counts.toLongs();
            long from = 0;
            int at = 0;
            for (String name : plan.names()) {
                long to = from + many[at++];
                if (to > from) {
                    known.put(name, new Range(from, to));
                }
                from = to;
            }
            ranges = known;
        }
        return known;
    }

    /** The entries of a tensor, or null where none was chosen; views of the current scope. */
    @Nullable
    SparseEntries of(String name) {
        var range = ranges().get(name);
        return range == null
                ? null
                : new SparseEntries(
                        places.slice(1, range.from(), range.to()), values.slice(0, range.from(), range.to()));
    }

    /** By tensor, without those of which nothing was chosen; views of the current scope. */
    Map<String, SparseEntries> all() {
        var entries = new LinkedHashMap<String, SparseEntries>();
        ranges().keySet().forEach(name -> entries.put(name, Objects.requireNonNull(of(name))));
        return entries;
    }
}
