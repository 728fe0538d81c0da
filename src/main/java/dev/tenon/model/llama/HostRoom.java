package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;

/**
 * What steps of a {@link HostDecode} write, kept from one to the next: it grows to the most tokens, ranks and threads
 * that there have been, rounded up to a power of two of elements, so that a step like those before makes nothing.
 */
final class HostRoom implements AutoCloseable {
    /** The residual stream. */
    static final int X = 0;

    /** What a product reads after a norm. */
    static final int NORMED = 1;

    /** Queries, keys and values. */
    static final int FLAT = 2;

    /** What attention gives. */
    static final int SEEN = 3;

    /** Gate and up. */
    static final int WIDE = 4;

    /** What the gate gives. */
    static final int ACT = 5;

    /** Products with first factors. */
    static final int BETWEEN = 6;

    /** Cosines and sines of a token's place. */
    static final int TURNS = 7;

    private final int[] widths;
    private final int own;
    private final long[] begins;
    private Scope scope = Scope.detached();
    private long address;
    private long floats;

    /** @param own elements that a thread has for itself */
    HostRoom(DecoderConfig config, int own) {
        int seen = config.heads() * config.headSize();
        int flat = seen + 2 * config.keyValueHeads() * config.headSize();
        int inner = config.intermediate();
        int hidden = config.hidden();
        widths = new int[] {hidden, hidden, flat, seen, 2 * inner, inner, 0, config.headSize()};
        begins = new long[widths.length + 1];
        this.own = own;
    }

    /**
     * Makes sure that a step fits.
     *
     * @param rank the highest of a layer's
     */
    void fit(int tokens, int rank, int threads) {
        widths[BETWEEN] = StepOrder.LAYERS * Math.max(1, rank);
        long at = 0;
        for (int i = 0; i < widths.length; i++) {
            begins[i] = at;
            at += (long) tokens * widths[i];
        }
        begins[widths.length] = at;
        long needed = at + (long) threads * own;
        if (needed > floats) {
            grow(needed);
        }
    }

    private void grow(long needed) {
        scope.close();
        scope = Scope.detached();
        floats = 0;
        try (var making = Scope.open()) {
            long roomy = Long.highestOneBit(Math.max(1, needed - 1)) * 2;
            Tensor all = scope.own(Tensors.empty(DType.F32, Device.cpu(), roomy));
            address = all.address();
            floats = roomy;
        }
    }

    int width(int which) {
        return widths[which];
    }

    long address(int which) {
        return address + begins[which] * Float.BYTES;
    }

    long address(int which, int row) {
        return address + (begins[which] + (long) row * widths[which]) * Float.BYTES;
    }

    /** What a thread has for itself. */
    long own(int thread) {
        return address + (begins[widths.length] + (long) thread * own) * Float.BYTES;
    }

    @Override
    public void close() {
        scope.close();
        floats = 0;
    }
}
