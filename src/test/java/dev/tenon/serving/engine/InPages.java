package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.HeldRun;
import dev.tenon.model.KvCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Adapters that lie in pages, as those of running rows do, for tests without an engine. */
final class InPages implements AutoCloseable {
    private final KvCache cache;
    private final List<Placed> placed = new ArrayList<>();

    InPages(CausalModel model) {
        cache = model.cache(1, KvCache.PAGE, 1000);
    }

    /** Lets an adapter lie in pages until this is closed. */
    EngineAdapter put(EngineAdapter adapter) {
        var packed = Objects.requireNonNull(adapter.packed());
        var run = Objects.requireNonNull(cache.memory().takeRun(packed.values().elements(), new HeldRun()));
        placed.add(packed.place(cache.memory(), run, null));
        return adapter;
    }

    @Override
    public void close() {
        placed.forEach(Placed::close);
        cache.close();
    }
}
