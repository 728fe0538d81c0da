package dev.tenon.serving;

import dev.tenon.serving.engine.EngineAdapter;

/** An adapter, or a sum of several, in memory. */
record ResidentAdapter(EngineAdapter adapter) implements AutoCloseable, Batched {
    @Override
    public String batching() {
        return adapter.isShared() ? "shared" : "own";
    }

    @Override
    public void close() {
        adapter.close();
    }
}
