package dev.tenon.serving.engine;

import dev.tenon.model.Hooks;
import dev.tenon.model.Span;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The running adapters of one kind whose tokens of a step are computed together, however many adapters they are. For one thread. */
interface Joined extends AutoCloseable {
    /** Gets ready the adapters of a step; those of another kind are passed over. */
    void seat(Set<EngineAdapter> adapters);

    /** Lets go of all adapters but these, so that none is held that has left memory. */
    void keepOnly(Set<EngineAdapter> running);

    /** Whether the hooks are those of an adapter that is ready. */
    boolean has(Hooks hooks);

    /** What these adapters do to their tokens, and nothing to all others of the spans; null where no span has any of them. */
    @Nullable
    Hooks over(List<Span> spans);

    @Override
    void close();
}
