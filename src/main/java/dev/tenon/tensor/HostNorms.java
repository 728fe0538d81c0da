package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Root-mean-square norms of few rows of float32 in host memory (Zhang and Sennrich 2019), for which libtorch takes five
 * operations. Addresses are as in {@link HostProducts}.
 */
public final class HostNorms {
    private static final int TOGETHER = 8;

    private HostNorms() {}

    /** {@code y = x / √(mean(x²) + epsilon) · weight} for every row of {@code x, y [rows, width]}. */
    public static void normalise(long x, long weight, long y, int rows, int width, double epsilon) {
        long bytes = (long) width * Float.BYTES;
        var from = MemorySegment.ofAddress(x).reinterpret(rows * bytes);
        var to = MemorySegment.ofAddress(y).reinterpret(rows * bytes);
        var factors = MemorySegment.ofAddress(weight).reinterpret(bytes);
        for (int row = 0; row < rows; row++) {
            float root = (float) (1 / Math.sqrt(squares(from, row * bytes, width) / width + epsilon));
            scale(from, to, row * bytes, factors, width, root);
        }
    }

    /** Several sums beside each other, as each waits for the addition before. */
    private static double squares(MemorySegment x, long at, int width) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        int whole = width / TOGETHER * TOGETHER;
        for (int i = 0; i < whole; i += TOGETHER) {
            long here = at + 4L * i;
            a = square(x, here, a);
            b = square(x, here + 4, b);
            c = square(x, here + 8, c);
            d = square(x, here + 12, d);
            e = square(x, here + 16, e);
            f = square(x, here + 20, f);
            g = square(x, here + 24, g);
            h = square(x, here + 28, h);
        }
        for (int i = whole; i < width; i++) {
            a = square(x, at + 4L * i, a);
        }
        return (double) (a + b + (c + d)) + (double) (e + f + (g + h));
    }

    private static float square(MemorySegment x, long at, float sum) {
        float value = x.get(JAVA_FLOAT_UNALIGNED, at);
        return sum + value * value;
    }

    private static void scale(MemorySegment x, MemorySegment y, long at, MemorySegment factors, int width, float root) {
        for (int i = 0; i < width; i++) {
            float value = x.get(JAVA_FLOAT_UNALIGNED, at + 4L * i) * root;
            y.set(JAVA_FLOAT_UNALIGNED, at + 4L * i, value * factors.get(JAVA_FLOAT_UNALIGNED, 4L * i));
        }
    }
}
