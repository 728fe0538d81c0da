package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention of new tokens against a paged cache that first takes up their keys and values. What all layers need is sent
 * to the device once a step.
 */
final class CachedAttention implements Attention {
    private final DecoderConfig config;
    private final StepPlan plan;
    private final DType type;
    private final Tensor slots;
    private final Tensor tables;
    private final Tensor ends;
    private final long[] starts;
    private final long[] counts;
    private final Map<Integer, @Nullable Tensor> masks = new HashMap<>();

    CachedAttention(DecoderConfig config, StepPlan plan, Device device, DType type) {
        this.config = config;
        this.plan = plan;
        this.type = type;
        this.starts = plan.starts();
        this.counts = plan.counts();
        int tokens = plan.slots().length;
        int entries = plan.tables().length;
        var numbers = new long[tokens + entries + plan.singles()];
        System.arraycopy(plan.slots(), 0, numbers, 0, tokens);
        System.arraycopy(plan.tables(), 0, numbers, tokens, entries);
        System.arraycopy(plan.ends(), 0, numbers, tokens + entries, plan.singles());
        Tensor all = Tensors.of(numbers, device, numbers.length);
        slots = all.slice(0, 0, tokens);
        tables = all.slice(0, tokens, tokens + entries);
        ends = all.slice(0, tokens + entries, numbers.length);
    }

    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        int window = config.windows().get(layer);
        return Kernels.call(
                "paged_attention",
                query,
                key,
                value,
                plan.cache().keys(layer),
                plan.cache().values(layer),
                slots,
                tables,
                plan.singles() == 0 ? null : masks.computeIfAbsent(window, this::mask),
                plan.singles(),
                plan.width(),
                starts,
                counts,
                1 / Math.sqrt(config.headSize()),
                window);
    }

    private Tensor mask(int window) {
        return Kernels.call("decode_mask", ends, plan.width() * KvCache.PAGE, window, type.code());
    }

    /** Writes keys and values, which carry no rotation, into an empty row. */
    static void writePrefix(List<DecoderBlock> blocks, KvCache cache, int row, Hooks hooks) {
        int length = hooks.prefixLength();
        if (!cache.reserve(row, length)) {
            throw new IllegalStateException("No page is free for row %d".formatted(row));
        }
        var places = new long[length];
        for (int i = 0; i < length; i++) {
            places[i] = cache.slot(row, i);
        }
        Tensor slots = Tensors.of(places, cache.keys(0).device(), length);
        for (var block : blocks) {
            var prefix = hooks.prefix(block.attention());
            if (prefix != null) {
                write(cache.keys(block.layer()), prefix.keys(), slots);
                write(cache.values(block.layer()), prefix.values(), slots);
            }
        }
        cache.grow(row, length);
    }

    /** {@code [heads, count, size]} into slots of a pool. */
    private static void write(Tensor pool, Tensor x, Tensor slots) {
        Kernels.callNothing("write_slots", pool, x.transpose(0, 1).to(pool.dtype()), slots);
    }
}
