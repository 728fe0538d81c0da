package dev.tenon.serving.engine;

import dev.tenon.model.BottleneckPlace;
import dev.tenon.model.NarrowNetwork;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bottlenecks of several adapters of one form on the device, each in a slot, in the type of the model. */
final class NarrowStack implements AutoCloseable {
    /**
     * Of one place.
     *
     * @param down {@code [slots, width, in]}
     * @param downBias {@code [slots, 1, width]}, or null
     * @param up {@code [slots, out, width]}
     * @param upBias {@code [slots, 1, out]}, or null
     */
    record Layers(
            Tensor down,
            @Nullable Tensor downBias,
            Tensor up,
            @Nullable Tensor upBias,
            int activation) {}

    private final NarrowForm form;
    private final int slots;
    private final long bytes;
    private final Scope owner = Scope.detached();
    private final Map<BottleneckPlace, Layers> layers = new HashMap<>();
    private final BitSet taken = new BitSet();

    NarrowStack(Network model, NarrowForm form, int slots) {
        this.form = form;
        this.slots = slots;
        this.bytes = slots * form.bytes(model.type());
        try (var scope = Scope.open()) {
            form.places().forEach((place, shape) -> layers.put(place, layers(model, shape)));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private Layers layers(Network model, NarrowForm.Shape shape) {
        int width = form.width();
        return new Layers(
                zeros(model, width, shape.in()),
                form.biased() ? zeros(model, 1, width) : null,
                zeros(model, shape.out(), width),
                form.biased() ? zeros(model, 1, shape.out()) : null,
                shape.activation());
    }

    private Tensor zeros(Network model, int rows, int columns) {
        DType type = model.type();
        return owner.own(Tensors.zeros(type, model.device(), slots, rows, columns));
    }

    NarrowForm form() {
        return form;
    }

    int slots() {
        return slots;
    }

    /** Slots that no adapter has. */
    int free() {
        return slots - taken.cardinality();
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return taken.isEmpty();
    }

    /** Copies an adapter of this form into the first free slot, which is returned. */
    int put(Map<BottleneckPlace, NarrowNetwork> networks) {
        int slot = taken.nextClearBit(0);
        layers.forEach((place, layer) -> {
            var network = Objects.requireNonNull(networks.get(place));
            fill(layer.down(), slot, network.down());
            fill(layer.up(), slot, network.up());
            fill(layer.downBias(), slot, network.downBias());
            fill(layer.upBias(), slot, network.upBias());
        });
        taken.set(slot);
        return slot;
    }

    private static void fill(@Nullable Tensor stack, int slot, @Nullable Tensor values) {
        if (stack != null) {
            Kernels.callNothing("fill_slot", stack, slot, values);
        }
    }

    void free(int slot) {
        taken.clear(slot);
    }

    /** Null where this form has no bottleneck. */
    @Nullable
    Layers at(BottleneckPlace place) {
        return layers.get(place);
    }

    @Override
    public void close() {
        owner.close();
    }
}
