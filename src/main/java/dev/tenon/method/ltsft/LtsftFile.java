package dev.tenon.method.ltsft;

import dev.tenon.method.AdapterTensors;
import dev.tenon.method.SparseEntries;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file: of every tensor the values of its entries and the gaps between their places, counted row by row; the first gap
 * begins before the first place. Entries of less than 1e-7 are left out.
 */
final class LtsftFile {
    /** Of an entry: a float and an int. */
    static final long BYTES = 8;

    private static final String GAPS = ".gaps";
    private static final String VALUES = ".values";
    private static final double LEAST = 1e-7;

    private LtsftFile() {}

    static Map<String, Tensor> tensors(LtsftPlan plan, Map<String, SparseEntries> entries) {
        var tensors = new LinkedHashMap<String, Tensor>();
        long[] widths = plan.widths();
        int at = 0;
        for (String name : plan.names()) {
            long width = widths[at++];
            var own = entries.get(name);
            if (own != null) {
                var kept = Kernels.callList("gaps_of_entries", own.places(), own.values(), width, LEAST);
                if (kept.getLast().elements() > 0) {
                    tensors.put(name + GAPS, kept.getFirst());
                    tensors.put(name + VALUES, kept.getLast());
                }
            }
        }
        return tensors;
    }

    static LtsftAdapter read(Network model, LtsftPlan plan, AdapterTensors file) {
        try (var scope = Scope.open()) {
            var places = new ArrayList<Tensor>();
            var values = new ArrayList<Tensor>();
            var counts = new long[plan.shapes().size()];
            long[] widths = plan.widths();
            long[] sizes = plan.sizes();
            int at = 0;
            for (String name : plan.names()) {
                if (file.has(name + VALUES)) {
                    long count = file.shape(name + VALUES)[0];
                    Tensor gaps = file.take(name + GAPS, count);
                    values.add(file.take(name + VALUES, count));
                    places.add(Kernels.call("places_of_gaps", gaps, widths[at]));
                    counts[at] = count;
                    require(gaps, sizes[at], name);
                }
                at++;
            }
            file.requireAllTaken();
            return LtsftAdapter.sparse(
                    model,
                    plan,
                    places.isEmpty() ? Tensors.zeros(DType.I64, Device.cpu(), 2, 0) : Tensor.cat(places, 1),
                    Tensors.of(counts, Device.cpu(), counts.length),
                    values.isEmpty() ? Tensors.zeros(DType.F32, Device.cpu(), 0) : Tensor.cat(values, 0));
        }
    }

    private static void require(Tensor gaps, long size, String name) {
        long sum = 0;
        for (long gap : gaps.toLongs()) {
            sum += gap;
            if (gap < 1 || sum > size) {
                throw AdapterTensors.wrong(
                        "wrong_places",
                        "has gaps in %s that leave the tensor's %,d values".formatted(name + GAPS, size));
            }
        }
    }
}
