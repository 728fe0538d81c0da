package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Uploads;
import org.jspecify.annotations.Nullable;

/** The tensors of an adapter of any method, which lie in pages of the device. */
final class PlacedTensors extends Placed {
    private final PackedTensors packed;

    PlacedTensors(PackedTensors packed, PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        super(packed, memory, run, uploads);
        this.packed = packed;
        memory.holdsAnything(run);
        see();
    }

    @Override
    int rank() {
        return 0;
    }

    @Override
    void see() {
        try (var seeing = Scope.open()) {
            packed.lieIn(memory());
        }
    }

    @Override
    void unsee() {
        packed.leave();
    }
}
