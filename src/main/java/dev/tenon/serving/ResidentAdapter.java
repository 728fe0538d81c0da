package dev.tenon.serving;

import dev.tenon.serving.engine.EngineAdapter;
import java.util.Set;

/**
 * An adapter or a sum of several in memory.
 *
 * @param composition as it was first asked for
 * @param owners organisations that have used it
 */
record ResidentAdapter(Composition composition, String baseModel, EngineAdapter adapter, Set<String> owners)
        implements AutoCloseable {
    /** What lists of residents call it. */
    String kind() {
        return composition.isPlain() ? "adapter" : "composition";
    }

    @Override
    public void close() {
        adapter.close();
    }
}
