package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.EngineFailure;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Uploads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** An adapter in pages of the device or on its way there. For one thread. */
abstract class Placed implements AutoCloseable {
    private final Packed packed;
    private final PageMemory memory;
    private final PageRun run;
    private final CompletableFuture<Boolean> arrival;
    /** What uploads write into, as long as they may. */
    private final Scope target = Scope.detached();

    private int users;

    /** @param uploads that bring it while others are computed; without, it has arrived when it is made */
    Placed(Packed packed, PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        this.packed = packed;
        this.memory = memory;
        this.run = run;
        try (var making = Scope.open()) {
            if (uploads == null) {
                memory().copyFrom(packed.values());
                arrival = CompletableFuture.completedFuture(true);
            } else {
                arrival = uploads.begin(packed, target.own(memory()));
            }
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    /** Its memory, flat, as a view that belongs to the open scope. */
    final Tensor memory() {
        return memory.piece(run, packed.values().elements());
    }

    final PageRun run() {
        return run;
    }

    final long bytes() {
        return packed.bytes();
    }

    /** Ranks of a low-rank adapter, otherwise 0. */
    abstract int rank();

    /** Its pages have moved: what was seen of them is elsewhere. */
    final void moved() {
        unsee();
        see();
    }

    /** Looks at {@link #memory}. */
    abstract void see();

    /** Frees what {@link #see} has made. */
    abstract void unsee();

    /** One user more; whether it is the first. */
    final boolean use() {
        return users++ == 0;
    }

    /** One user less; whether it was the last. */
    final boolean leave() {
        return --users == 0;
    }

    final boolean isUsed() {
        return users > 0;
    }

    /** Whether it is no longer on its way, wherever that has led. */
    final boolean hasEnded() {
        return arrival.isDone();
    }

    /** Whether it is there; false where what was to be copied had gone, an exception where it could not be. */
    final boolean hasArrived() {
        try {
            boolean there = arrival.join();
            target.close();
            return there;
        } catch (CompletionException e) {
            throw e.getCause() instanceof EngineFailure failure ? failure : e;
        }
    }

    /** Waits for what is on its way into this memory. */
    @Override
    public final void close() {
        arrival.exceptionally(failure -> false).join();
        target.close();
        unsee();
    }
}
