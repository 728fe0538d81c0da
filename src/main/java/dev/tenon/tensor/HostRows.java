package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder does to rows of float32 in host memory beside products and norms, in loops that make nothing; exponentials
 * are MKL's where libtorch has it. Addresses are as in {@link HostProducts}. One object belongs to one thread.
 */
public final class HostRows {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final @Nullable MethodHandle EXPONENTIALS = find();

    /** As exact as it has, small numbers as they are, no word about results that are infinite. */
    private static final long EXACTLY = 0x140102;

    /** Where {@code e} to the power of it is large enough to stand for all beyond. */
    private static final float FAR = 80;

    private final MemorySegment numbers = Arena.ofAuto().allocate(2 * Long.BYTES, Long.BYTES);
    private final MemorySegment count = numbers.asSlice(0, Integer.BYTES);
    private final MemorySegment mode = numbers.asSlice(Long.BYTES, Long.BYTES);

    public HostRows() {
        mode.set(JAVA_LONG, 0, EXACTLY);
    }

    private static @Nullable MethodHandle find() {
        try {
            var types = FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS);
            return NativeFunction.of(HostProducts.library(), "VMSEXP_", types).handle();
        } catch (NoSuchElementException | IllegalArgumentException e) {
            return null;
        }
    }

    private static float get(long address) {
        return ALL.get(JAVA_FLOAT_UNALIGNED, address);
    }

    /** Writes one number. */
    public static void set(long address, float value) {
        ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
    }

    /** {@code y [width] = x}. */
    public static void copy(long x, long y, int width) {
        MemorySegment.copy(ALL, JAVA_BYTE, x, ALL, JAVA_BYTE, y, (long) width * Float.BYTES);
    }

    /** {@code y [width] = x}, of an array. */
    public static void copy(float[] x, long y) {
        MemorySegment.copy(x, 0, ALL, JAVA_FLOAT_UNALIGNED, y, x.length);
    }

    /** {@code y [width] = x}, into an array. */
    public static void copy(long x, float[] y) {
        MemorySegment.copy(ALL, JAVA_FLOAT_UNALIGNED, x, y, 0, y.length);
    }

    /** {@code y [width] += x}. */
    public static void add(long x, long y, int width) {
        for (int i = 0; i < width; i++) {
            set(y + 4L * i, get(y + 4L * i) + get(x + 4L * i));
        }
    }

    /**
     * Turns a head {@code x [2 half]} to its position (Su et al. 2021), each element with the one half a head away.
     *
     * @param turns cosines {@code [half]}, then sines
     */
    public static void turn(long x, long turns, int half) {
        long across = 4L * half;
        for (int i = 0; i < half; i++) {
            long at = x + 4L * i;
            float cosine = get(turns + 4L * i);
            float sine = get(turns + across + 4L * i);
            float first = get(at);
            float second = get(at + across);
            set(at, first * cosine - second * sine);
            set(at + across, second * cosine + first * sine);
        }
    }

    /** {@code y [width] = gate / (1 + e^−gate) · up}. */
    public void gate(long gate, long up, long y, int width) {
        for (int i = 0; i < width; i++) {
            set(y + 4L * i, Math.min(-get(gate + 4L * i), FAR));
        }
        exponentials(y, width);
        for (int i = 0; i < width; i++) {
            set(y + 4L * i, get(gate + 4L * i) / (1 + get(y + 4L * i)) * get(up + 4L * i));
        }
    }

    /** Begins softmaxes of as many rows: nothing seen so far. */
    public static void begin(long running, int rows) {
        for (int row = 0; row < rows; row++) {
            set(running + 8L * row, Float.NEGATIVE_INFINITY);
            set(running + 8L * row + 4, 0);
        }
    }

    /**
     * A piece of rows of which a softmax is taken, {@code x [rows, length] = e^(scale · x − the largest so far)}; what earlier
     * pieces came to is brought to that largest (Milakov and Gimelshein 2018).
     *
     * @param running of each row the largest so far and the sum so far
     * @param y {@code [rows, width]}, what earlier pieces came to
     */
    public void soften(long x, int rows, int length, float scale, long running, long y, int width) {
        for (int row = 0; row < rows; row++) {
            long begin = x + 4L * row * length;
            long so = running + 8L * row;
            float before = get(so);
            float most = Math.max(before, most(begin, length) * scale);
            for (int i = 0; i < length; i++) {
                set(begin + 4L * i, get(begin + 4L * i) * scale - most);
            }
            if (before != most) {
                float factor = (float) Math.exp(before - most);
                set(so, most);
                set(so + 4, get(so + 4) * factor);
                if (before != Float.NEGATIVE_INFINITY) {
                    scale(y + 4L * row * width, width, factor);
                }
            }
        }
        exponentials(x, rows * length);
        for (int row = 0; row < rows; row++) {
            long sum = running + 8L * row + 4;
            set(sum, get(sum) + sum(x + 4L * row * length, length));
        }
    }

    /** Divides what the pieces came to by their sums. */
    public static void end(long running, int rows, long y, int width) {
        for (int row = 0; row < rows; row++) {
            scale(y + 4L * row * width, width, 1 / get(running + 8L * row + 4));
        }
    }

    private static void scale(long x, int width, float factor) {
        for (int i = 0; i < width; i++) {
            set(x + 4L * i, get(x + 4L * i) * factor);
        }
    }

    /** Two beside each other, as each waits for the comparison before. */
    private static float most(long x, int width) {
        float a = get(x);
        float b = a;
        int i = 0;
        for (; i + 2 <= width; i += 2) {
            float one = get(x + 4L * i);
            float other = get(x + 4L * i + 4);
            a = one > a ? one : a;
            b = other > b ? other : b;
        }
        if (i < width) {
            float one = get(x + 4L * i);
            a = one > a ? one : a;
        }
        return a > b ? a : b;
    }

    /** Four sums beside each other, as each waits for the addition before. */
    private static float sum(long x, int width) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 4 <= width; i += 4) {
            a += get(x + 4L * i);
            b += get(x + 4L * i + 4);
            c += get(x + 4L * i + 8);
            d += get(x + 4L * i + 12);
        }
        for (; i < width; i++) {
            a += get(x + 4L * i);
        }
        return a + b + (c + d);
    }

    private void exponentials(long x, int width) {
        var own = EXPONENTIALS;
        if (own == null) {
            for (int i = 0; i < width; i++) {
                set(x + 4L * i, (float) Math.exp(get(x + 4L * i)));
            }
            return;
        }
        count.set(JAVA_INT, 0, width);
        var there = MemorySegment.ofAddress(x);
        try {
            own.invokeExact(count, there, there, mode);
        } catch (Throwable e) {
            throw new EngineFailure("exponentials: " + e.getMessage(), e);
        }
    }

    /** Where the largest of {@code x [width]} stands: of equal ones the first, and before all others one that is no number. */
    public static int largest(long x, int width) {
        int at = 0;
        float most = get(x);
        for (int i = 1; i < width; i++) {
            float value = get(x + 4L * i);
            if (!(value <= most) && !Float.isNaN(most)) {
                most = value;
                at = i;
            }
        }
        return at;
    }
}
