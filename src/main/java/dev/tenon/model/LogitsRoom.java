package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Memory for the logits of one step after the other, for a caller that has read those of a step before it asks for the next: a
 * model that can writes them here and makes no tensor. For one thread.
 */
public final class LogitsRoom implements AutoCloseable {
    /** Rows come in multiples of so many. */
    private static final long ROWS = 16;

    /** Tensors of so many heights are kept. */
    private static final int HEIGHTS = 64;

    private final Map<Long, Tensor> views = new LinkedHashMap<>();
    private Scope scope = Scope.detached();
    private long rows;
    private long width;

    /** {@code [wanted, vocabulary]} in float32 on the CPU, whose elements lie in rows; the next call may give the same memory. */
    public Tensor logits(long wanted, long vocabulary) {
        var known = views.get(wanted);
        if (known != null && vocabulary == width) {
            return known;
        }
        if (wanted > rows || vocabulary != width || views.size() == HEIGHTS) {
            close();
            scope = Scope.detached();
            rows = Math.ceilDiv(Math.max(wanted, rows), ROWS) * ROWS;
            width = vocabulary;
        }
        try (var making = Scope.open()) {
            var all = views.computeIfAbsent(
                    rows, any -> scope.own(Tensors.empty(DType.F32, Device.cpu(), rows, vocabulary)));
            var view = wanted == rows ? all : scope.own(all.slice(0, 0, wanted));
            views.put(wanted, view);
            return view;
        }
    }

    /** Whether a tensor is one that it gave. */
    public boolean gave(Tensor logits) {
        return views.get(logits.size(0)) == logits;
    }

    /** Frees the memory, which comes again when it is asked for. */
    @Override
    public void close() {
        views.clear();
        scope.close();
    }
}
