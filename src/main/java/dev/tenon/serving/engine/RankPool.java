package dev.tenon.serving.engine;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of running adapters of one layout on the device, {@code [capacity, width]}: a page is one rank at all its
 * sites, so that adapters of any ranks lie side by side without padding. For one thread.
 */
final class RankPool implements AutoCloseable {
    private final RankLayout layout;
    private final DType type;
    private final Device device;
    private Scope memory = Scope.detached();
    private @Nullable Tensor rows;
    private @Nullable Tensor ownerRow;
    private long[] owners = new long[0];
    private int free;

    RankPool(RankLayout layout, DType type, Device device) {
        this.layout = layout;
        this.type = type;
        this.device = device;
    }

    RankLayout layout() {
        return layout;
    }

    long rowBytes() {
        return (long) layout.width() * type.bytes();
    }

    long bytes() {
        return owners.length * rowBytes();
    }

    int capacity() {
        return owners.length;
    }

    int free() {
        return free;
    }

    /** Makes room for so many ranks in all, keeping those that are there. */
    void grow(int capacity) {
        var larger = Scope.detached();
        try (var scope = Scope.open()) {
            Tensor fresh = larger.own(Tensors.zeros(type, device, capacity, layout.width()));
            if (rows != null) {
                fresh.slice(0, 0, owners.length).copyFrom(rows);
            }
            memory.close();
            memory = larger;
            rows = fresh;
            free += capacity - owners.length;
            owners = Arrays.copyOf(owners, capacity);
            ownerRow = null;
        } catch (RuntimeException e) {
            larger.close();
            throw e;
        }
    }

    /** Copies an adapter into the lowest free rows, of which there must be enough; returns them. */
    int[] put(PackedRanks packed, long owner) {
        var taken = new int[packed.rank()];
        int at = 0;
        for (int row = 0; row < owners.length && at < taken.length; row++) {
            if (owners[row] == 0) {
                taken[at++] = row;
            }
        }
        try (var scope = Scope.open()) {
            long[] places = Arrays.stream(taken).asLongStream().toArray();
            Tensor index = Tensors.of(places, device, places.length);
            Kernels.callNothing("copy_rows", rows(), index, packed.rows());
        }
        for (int row : taken) {
            owners[row] = owner;
        }
        free -= taken.length;
        forgetOwners();
        return taken;
    }

    void remove(int[] taken) {
        for (int row : taken) {
            owners[row] = 0;
        }
        free += taken.length;
        forgetOwners();
    }

    private void forgetOwners() {
        if (ownerRow != null) {
            ownerRow.close();
            ownerRow = null;
        }
    }

    Tensor rows() {
        if (rows == null) {
            throw new IllegalStateException("The pool has no rows yet");
        }
        return rows;
    }

    /** Which adapter owns each of the rows up to the last one in use, {@code [ranks]} on the device. */
    Tensor owners() {
        Tensor known = ownerRow;
        if (known == null) {
            int used = owners.length;
            while (used > 0 && owners[used - 1] == 0) {
                used--;
            }
            // a free row is nobody's: no token asks for −1
            long[] shown = Arrays.stream(owners, 0, used)
                    .map(owner -> owner == 0 ? -1 : owner)
                    .toArray();
            known = memory.own(Tensors.of(shown, device, used));
            ownerRow = known;
        }
        return known;
    }

    @Override
    public void close() {
        memory.close();
        owners = new long[0];
        free = 0;
        rows = null;
        ownerRow = null;
    }
}
