package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Uploads;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A low-rank adapter in pages of the device, with a view of each of its matrices. */
final class PlacedRanks extends Placed implements Supplier<TensorList> {
    private final RankLayout layout;
    private @Nullable Scope scope;
    private @Nullable Tensor values;
    private RankUpdates.@Nullable Piece piece;
    private @Nullable TensorList views;

    PlacedRanks(PackedRanks packed, PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        super(packed, memory, run, uploads);
        layout = packed.layout();
        see();
    }

    RankLayout layout() {
        return layout;
    }

    @Override
    int rank() {
        return layout.rank();
    }

    /** Its memory, {@code [width]}. */
    Tensor values() {
        return Objects.requireNonNull(values);
    }

    RankUpdates.Piece piece() {
        return Objects.requireNonNull(piece);
    }

    /** The views, made when they are first asked for: kernels of our own need none. */
    @Override
    public TensorList get() {
        var made = views;
        if (made == null) {
            try (var making = Scope.open()) {
                made = Kernels.hold("rank_views", values(), 0, layout.matrices());
            }
            views = made;
        }
        return made;
    }

    @Override
    void see() {
        var keeping = Scope.detached();
        try (var seeing = Scope.open()) {
            values = keeping.own(memory());
        }
        scope = keeping;
        piece = new RankUpdates.Piece(values, layout.groups(), layout.rank());
    }

    @Override
    void unsee() {
        if (views != null) {
            views.close();
            views = null;
        }
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }
}
