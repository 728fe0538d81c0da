package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;

/**
 * What a {@link HostStep} writes between its products, in one piece of the current scope: {@code memory} of {@code
 * kernels/host.py}.
 */
final class HostStepMemory implements AutoCloseable {
    static final int X = 0;
    static final int NORMED = 1;
    static final int FLAT = 2;
    static final int SEEN = 3;
    static final int WIDE = 4;
    static final int ACT = 5;

    /** Products with first factors. */
    static final int BETWEEN = 6;

    private final int ranks;
    private final TensorList list;
    private final long[] addresses;

    /** @param rank the highest of a layer's */
    HostStepMemory(DecoderConfig config, int tokens, int rank) {
        ranks = StepOrder.LAYERS * Math.max(1, rank);
        int seen = config.heads() * config.headSize();
        int flat = seen + 2 * config.keyValueHeads() * config.headSize();
        int inner = config.intermediate();
        long[] widths = {config.hidden(), config.hidden(), flat, seen, 2L * inner, inner, ranks};
        addresses = new long[widths.length];
        long width = 0;
        for (int i = 0; i < widths.length; i++) {
            addresses[i] = width * tokens * Float.BYTES;
            width += widths[i];
        }
        Tensor all = Tensors.empty(DType.F32, Device.cpu(), tokens * width);
        long first = all.address();
        for (int i = 0; i < widths.length; i++) {
            addresses[i] += first;
        }
        list = Kernels.hold("host_memory", all, tokens, widths);
    }

    /** Columns of the products with first factors: ranks of layers side by side. */
    int ranks() {
        return ranks;
    }

    TensorList list() {
        return list;
    }

    long address(int which) {
        return addresses[which];
    }

    @Override
    public void close() {
        list.close();
    }
}
