package dev.tenon.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** bfloat16 is the upper half of a float: both directions are exact here, since only bfloat16 values are narrowed. */
final class BrainFloat {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BrainFloat() {}

    /** bfloat16 elements to floats. */
    static ByteBuffer widen(MemorySegment data) {
        long count = data.byteSize() / 2;
        var floats = Tensors.direct(count * 4);
        for (long i = 0; i < count; i++) {
            floats.putInt((int) (i * 4), data.get(SHORT, i * 2) << 16);
        }
        return floats;
    }

    /** Floats that are bfloat16 values to bfloat16 elements. */
    static ByteBuffer narrow(ByteBuffer floats) {
        int count = floats.remaining() / 4;
        var halves = ByteBuffer.allocate(count * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            halves.putShort(i * 2, (short) (floats.getInt(i * 4) >>> 16));
        }
        return halves;
    }
}
