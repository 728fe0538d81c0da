package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Where the adapters of a step's tiles lie, on the card: for every tile and group of layers an {@code Update} of {@code
 * kernels/cuda/adapters.cuh}. It stays where it is, so that one recording serves all adapters; only what changed is
 * written. For one thread.
 */
final class RankTable implements AutoCloseable {
    /** The most tiles. */
    static final int MOST = 2048;

    /** Numbers of an entry: two addresses, and the ranks and layers in one. */
    static final int ENTRY = 3;

    private final Scope memory = Scope.detached();
    private final Tensor table;
    private final long begin;
    private final int groups;
    private final int size;
    private final @Nullable Piece[] holding = new @Nullable Piece[MOST];

    /** @param groups of layers of one input */
    RankTable(int groups, DType type, Device device) {
        this.groups = groups;
        this.size = type.bytes();
        try (var scope = Scope.open()) {
            table = memory.own(Tensors.zeros(DType.I64, device, MOST, (long) groups * ENTRY));
        }
        begin = table.address();
    }

    /** Where the entry of a group stands for a tile; the next tile's lies {@code groups} entries on. */
    long address(int tile, int group) {
        return begin + ((long) tile * groups + group) * ENTRY * Long.BYTES;
    }

    /** Seats the adapters of a step's tiles, null where one has none. */
    void seat(@Nullable Piece[] wanted) {
        int tiles = wanted.length;
        int first = 0;
        while (first < tiles && wanted[first] == holding[first]) {
            first++;
        }
        int end = tiles;
        while (end > first && wanted[end - 1] == holding[end - 1]) {
            end--;
        }
        if (first < end) {
            System.arraycopy(wanted, first, holding, first, end - first);
            write(first, end);
        }
    }

    private void write(int first, int end) {
        int width = groups * ENTRY;
        var entries = new long[(end - first) * width];
        for (int tile = first; tile < end; tile++) {
            var piece = holding[tile];
            if (piece != null) {
                boolean again = tile > first && holding[tile - 1] == piece;
                int at = (tile - first) * width;
                if (again) {
                    System.arraycopy(entries, at - width, entries, at, width);
                } else {
                    fill(entries, at, piece);
                }
            }
        }
        try (var scope = Scope.open()) {
            table.slice(0, first, end).copyFrom(Tensors.of(entries, end - first, width));
        }
    }

    private void fill(long[] entries, int at, Piece piece) {
        long base = piece.values().address();
        long[] numbers = piece.groups();
        for (int group = 0; group < groups; group++) {
            int from = group * Piece.NUMBERS;
            int to = at + group * ENTRY;
            long layers = numbers[from + 2];
            if (layers != 0) {
                for (int factor = 0; factor < 2; factor++) {
                    entries[to + factor] = base + numbers[from + factor] * size;
                }
                entries[to + 2] = piece.rank() | layers << Integer.SIZE;
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
