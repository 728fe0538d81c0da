package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.EngineFailure;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Uploads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A low-rank adapter in pages of the device or on its way there, with a view of each of its matrices. */
final class DeviceRanks implements Supplier<TensorList>, AutoCloseable {
    private final RankLayout layout;
    private final PageMemory memory;
    private final PageRun run;
    private final long bytes;
    private final CompletableFuture<Boolean> arrival;
    private Scope scope = Scope.detached();
    private Tensor values;
    private RankUpdates.Piece piece;
    private @Nullable TensorList views;
    private int users;

    /**
     * @param run of the memory, with room for it
     * @param uploads that bring it while others are computed; without, it has arrived when it is made
     */
    DeviceRanks(PackedRanks packed, PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        this.memory = memory;
        this.run = run;
        layout = packed.layout();
        bytes = packed.bytes();
        try (var making = Scope.open()) {
            values = scope.own(memory.piece(run, layout.width()));
            piece = new RankUpdates.Piece(values, layout.groups(), layout.rank());
            if (uploads == null) {
                values.copyFrom(packed.values());
            }
            arrival = uploads == null ? CompletableFuture.completedFuture(true) : uploads.begin(packed, values);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** Its pages have moved: whoever knew it by its piece or its views meets others. */
    void moved() {
        close();
        scope = Scope.detached();
        try (var making = Scope.open()) {
            values = scope.own(memory.piece(run, layout.width()));
        }
        piece = new RankUpdates.Piece(values, layout.groups(), layout.rank());
    }

    PageRun run() {
        return run;
    }

    /** One user more; whether it is the first. */
    boolean use() {
        return users++ == 0;
    }

    /** One user less; whether it was the last. */
    boolean leave() {
        return --users == 0;
    }

    boolean isUsed() {
        return users > 0;
    }

    RankLayout layout() {
        return layout;
    }

    Tensor values() {
        return values;
    }

    RankUpdates.Piece piece() {
        return piece;
    }

    /** The views, made when they are first asked for: kernels of our own need none. */
    @Override
    public TensorList get() {
        var made = views;
        if (made == null) {
            try (var scope = Scope.open()) {
                made = Kernels.hold("rank_views", values, 0, layout.matrices());
            }
            views = made;
        }
        return made;
    }

    long bytes() {
        return bytes;
    }

    /** Whether it is no longer on its way, wherever that has led. */
    boolean hasEnded() {
        return arrival.isDone();
    }

    /** Whether it is there; false where what was to be copied had gone, an exception where it could not be. */
    boolean hasArrived() {
        try {
            return arrival.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EngineFailure failure ? failure : e;
        }
    }

    /** Waits for what is on its way into this memory. */
    @Override
    public void close() {
        arrival.exceptionally(failure -> false).join();
        if (views != null) {
            views.close();
            views = null;
        }
        scope.close();
    }
}
