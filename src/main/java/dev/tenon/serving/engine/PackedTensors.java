package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Uploads;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tensors of an adapter of any method, of any types, end to end. Away from the device they have no memory. */
final class PackedTensors extends Packed {
    /** Where each begins, a multiple of what any type and any wide load asks for. */
    private static final long ALIGNED = 16;

    private final List<Tensor> tensors;

    private PackedTensors(List<Tensor> tensors, Tensor values) {
        super(values);
        this.tensors = tensors;
    }

    private static List<Tensor> each(Collection<Tensor> tensors) {
        var all = Collections.<Tensor>newSetFromMap(new IdentityHashMap<>());
        return tensors.stream().filter(all::add).toList();
    }

    /** Packs tensors and takes their memory from them; the copy belongs to {@code owner}. */
    static PackedTensors of(Collection<Tensor> given, DType type, Scope owner) {
        var tensors = each(given);
        try (var scope = Scope.open()) {
            Tensor all = Kernels.call("pack_tensors", tensors, ALIGNED, type, type.bytes());
            var packed = new PackedTensors(tensors, owner.own(all.to(Device.cpu())));
            packed.leave();
            return packed;
        }
    }

    /** The bytes that {@link #of} will come to. */
    static long bytesOf(Collection<Tensor> tensors) {
        return each(tensors).stream().mapToLong(PackedTensors::room).sum();
    }

    private static long room(Tensor tensor) {
        return Math.ceilDiv(tensor.bytes(), ALIGNED) * ALIGNED;
    }

    @Override
    Placed place(PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        return new PlacedTensors(this, memory, run, uploads);
    }

    /** Lets the tensors lie in a copy of {@link #values}. */
    void lieIn(Tensor copy) {
        long at = 0;
        for (Tensor tensor : tensors) {
            if (tensor.bytes() > 0) {
                tensor.lieIn(copy.seenAs(at, tensor.dtype(), tensor.shape()));
            }
            at += room(tensor);
        }
    }

    /** Lets the tensors lie nowhere. */
    void leave() {
        tensors.forEach(Tensor::leaveMemory);
    }
}
