package dev.tenon.serving.engine;

import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Span;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one pool adds to a batch. Single tokens go against all ranks in use in one product, those of other adapters masked:
 * that reads every weight once, which is what decoding costs. Long spans go against their own ranks on a CPU, where
 * arithmetic is dear; on a GPU they are masked too, as there every launch is dearer.
 */
final class PooledUpdate {
    private final RankPool pool;
    private final Tensor mask;
    private final Tensor index;
    private final long[] starts;
    private final long[] counts;
    private final long[] ranks;

    private PooledUpdate(RankPool pool, Tensor mask, Tensor index, long[] starts, long[] counts, long[] ranks) {
        this.pool = pool;
        this.mask = mask;
        this.index = index;
        this.starts = starts;
        this.counts = counts;
        this.ranks = ranks;
    }

    /** What is made belongs to the current scope. */
    static PooledUpdate of(RankPool pool, List<Span> spans, Map<Hooks, RankPools.Slot> slots) {
        Device device = pool.rows().device();
        var masked = spans.stream()
                .filter(span -> span.count() == 1 || (device.isGpu() && spans.size() > 1))
                .toList();
        var alone = spans.stream().filter(span -> !masked.contains(span)).toList();
        int tokens = masked.stream()
                .mapToInt(span -> span.start() + span.count())
                .max()
                .orElse(0);
        var wanted = new long[tokens];
        for (Span span : masked) {
            Arrays.fill(wanted, span.start(), span.start() + span.count(), slot(span, slots).owner);
        }
        var rows = alone.stream()
                .flatMapToInt(span -> Arrays.stream(slot(span, slots).rows))
                .asLongStream()
                .toArray();
        Tensor mask = Kernels.call(
                "rank_mask",
                pool.owners(),
                Tensors.of(wanted, device, tokens),
                pool.rows().dtype());
        return new PooledUpdate(
                pool,
                mask,
                Tensors.of(rows, device, rows.length),
                alone.stream().mapToLong(Span::start).toArray(),
                alone.stream().mapToLong(Span::count).toArray(),
                alone.stream().mapToLong(span -> slot(span, slots).rows.length).toArray());
    }

    private static RankPools.Slot slot(Span span, Map<Hooks, RankPools.Slot> slots) {
        return Objects.requireNonNull(slots.get(span.hooks()));
    }

    /** Adds to {@code y [tokens, out]}, in place, what the adapters make of {@code x [tokens, in]}. */
    void addTo(Tensor y, LinearSite site, Tensor x) {
        var place = pool.layout().places().get(site.path());
        if (place != null) {
            Kernels.callNothing(
                    "add_pooled",
                    y,
                    x,
                    pool.rows(),
                    place.atA(),
                    place.in(),
                    place.atB(),
                    place.out(),
                    mask,
                    index,
                    starts,
                    counts,
                    ranks);
        }
    }
}
