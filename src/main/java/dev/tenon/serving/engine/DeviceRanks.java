package dev.tenon.serving.engine;

import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;

/** A low-rank adapter on the device, with a view of each of its matrices. */
final class DeviceRanks implements AutoCloseable {
    private final RankLayout layout;
    private final Scope memory = Scope.detached();
    private final Tensor values;
    private final RankUpdates.Piece piece;
    private final TensorList views;
    private final long bytes;
    int users;

    DeviceRanks(PackedRanks packed, Device device) {
        layout = packed.layout();
        bytes = packed.bytes();
        try (var scope = Scope.open()) {
            values = memory.own(packed.values().to(device));
            piece = new RankUpdates.Piece(values, layout.groups(), layout.rank());
            views = Kernels.hold("rank_views", values, 0, layout.matrices());
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
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

    TensorList views() {
        return views;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        views.close();
        memory.close();
    }
}
