package dev.tenon.serving.engine;

import dev.tenon.model.Hooks;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Mixing;
import dev.tenon.model.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The mixing of one step: rows of pooled adapters share a product a site with all the others, whatever their ranks; the
 * rest goes the way of {@link MixedHooks}, in which a pooled row is one of the bare base.
 *
 * @param slots where the pooled adapters of the step are, by their hooks
 */
record PooledMixing(Map<Hooks, RankPools.Slot> slots) implements Mixing {
    @Override
    public Hooks over(List<Span> spans) {
        var bare = new ArrayList<Span>();
        var byPool = new LinkedHashMap<RankPool, List<Span>>();
        for (Span span : spans) {
            var slot = slots.get(span.hooks());
            bare.add(slot == null ? span : new Span(span.start(), span.count(), Hooks.NONE));
            if (slot != null) {
                byPool.computeIfAbsent(slot.pool, pool -> new ArrayList<>()).add(span);
            }
        }
        Hooks inner = MixedHooks.of(bare);
        if (byPool.isEmpty()) {
            return inner;
        }
        var updates = new ArrayList<PooledUpdate>();
        byPool.forEach((pool, own) -> updates.add(PooledUpdate.of(pool, own, slots)));
        return new PooledHooks(inner, updates);
    }
}
