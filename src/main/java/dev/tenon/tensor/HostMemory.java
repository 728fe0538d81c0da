package dev.tenon.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves little-endian elements between Java memory and tensors, in pieces because a buffer ends at 2 GiB. */
final class HostMemory {
    private static final long PIECE = 1L << 30;

    private HostMemory() {}

    static void read(Tensor from, MemorySegment to) {
        try (var scope = Scope.open()) {
            Tensor flat = Kernels.call("host_flat", from);
            pieces(flat, (memory, at, length) -> copy(memory, 0, to, at, length));
        }
    }

    /** The target must be contiguous and on the CPU. */
    static void write(MemorySegment from, Tensor to) {
        try (var scope = Scope.open()) {
            pieces(to.reshape(-1), (memory, at, length) -> copy(from, at, memory, 0, length));
        }
    }

    private static void pieces(Tensor flat, Piece work) {
        long size = flat.dtype().bytes();
        long bytes = flat.bytes();
        for (long at = 0; at < bytes; at += PIECE) {
            long end = Math.min(bytes, at + PIECE);
            Tensor part = bytes <= PIECE ? flat : flat.slice(0, at / size, end / size);
            work.visit(MemorySegment.ofBuffer(Glue.buffer(part.handle())), at, end - at);
        }
    }

    private static void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt, long length) {
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromAt, to, ValueLayout.JAVA_BYTE, toAt, length);
    }

    private interface Piece {
        void visit(MemorySegment memory, long at, long length);
    }
}
