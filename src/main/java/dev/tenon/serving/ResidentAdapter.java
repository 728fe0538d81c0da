package dev.tenon.serving;

import dev.tenon.serving.engine.EngineAdapter;
import java.util.Set;

/**
 * An adapter in memory.
 *
 * @param name as it was first asked for
 * @param owners organisations that have used it
 */
record ResidentAdapter(String name, String baseModel, EngineAdapter adapter, Set<String> owners)
        implements AutoCloseable {
    @Override
    public void close() {
        adapter.close();
    }
}
