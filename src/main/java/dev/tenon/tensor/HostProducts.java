package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Products of float32 matrices in host memory by the BLAS that libtorch brings along, called straight: one of a few rows takes
 * a fraction of a microsecond, where an operation of libtorch takes several. Matrices are given by the address of their first
 * element and the distance between their rows; who calls answers for both, and for the tensors' lives. One object belongs to
 * one thread.
 */
public final class HostProducts {
    private static final int ARGUMENTS = 13;
    private static final @Nullable MethodHandle GEMM = find("sgemm_", pointers());
    private static final @Nullable MethodHandle USE_THREADS =
            find("MKL_Set_Num_Threads_Local", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int NUMBERS = 6;

    private final MemorySegment numbers = Arena.ofAuto().allocate(NUMBERS * Integer.BYTES + 2 * Float.BYTES + 2, 8);
    private final MemorySegment outs = numbers.asSlice(0, Integer.BYTES);
    private final MemorySegment rows = numbers.asSlice(Integer.BYTES, Integer.BYTES);
    private final MemorySegment inner = numbers.asSlice(2 * Integer.BYTES, Integer.BYTES);
    private final MemorySegment matrixStep = numbers.asSlice(3 * Integer.BYTES, Integer.BYTES);
    private final MemorySegment inputStep = numbers.asSlice(4 * Integer.BYTES, Integer.BYTES);
    private final MemorySegment outputStep = numbers.asSlice(5 * Integer.BYTES, Integer.BYTES);
    private final MemorySegment one = numbers.asSlice(NUMBERS * Integer.BYTES, Float.BYTES);
    private final MemorySegment kept = numbers.asSlice(NUMBERS * Integer.BYTES + Float.BYTES, Float.BYTES);
    private final MemorySegment turned = numbers.asSlice(NUMBERS * Integer.BYTES + 2 * Float.BYTES, 1);
    private final MemorySegment plain = numbers.asSlice(NUMBERS * Integer.BYTES + 2 * Float.BYTES + 1, 1);

    public HostProducts() {
        one.set(JAVA_FLOAT, 0, 1);
        turned.set(JAVA_BYTE, 0, (byte) 'T');
        plain.set(JAVA_BYTE, 0, (byte) 'N');
    }

    /** @throws IllegalArgumentException where libtorch's library has another name */
    static SymbolLookup library() {
        Engine.ensureStarted();
        return SymbolLookup.libraryLookup("libtorch_cpu.so", Arena.global());
    }

    private static @Nullable MethodHandle find(String name, FunctionDescriptor types) {
        try {
            return NativeFunction.of(library(), name, types).handle();
        } catch (NoSuchElementException | IllegalArgumentException e) {
            return null;
        }
    }

    private static FunctionDescriptor pointers() {
        var pointers = new MemoryLayout[ARGUMENTS];
        Arrays.fill(pointers, ADDRESS);
        return FunctionDescriptor.ofVoid(pointers);
    }

    /** How many threads products of this thread may take, 0 for as many as there are; the number before. */
    static int useThreads(int threads) {
        var use = USE_THREADS;
        try {
            return use == null ? 0 : (int) use.invokeExact(threads);
        } catch (Throwable e) {
            throw new EngineFailure("the threads of products: " + e.getMessage(), e);
        }
    }

    /** Whether libtorch has a BLAS that can be called. */
    public static boolean arePossible() {
        return GEMM != null;
    }

    /**
     * {@code y [count, outs] = kept · y + x [count, in] Wᵀ}.
     *
     * @param matrix W {@code [outs, in]}
     */
    public void turned(
            int count, int in, int outs, long x, int xStep, long matrix, int step, float kept, long y, int yStep) {
        call(turned, count, in, outs, x, xStep, matrix, step, kept, y, yStep);
    }

    /**
     * {@code y [count, outs] = kept · y + x [count, in] B}.
     *
     * @param matrix B {@code [in, outs]}
     */
    public void plain(
            int count, int in, int outs, long x, int xStep, long matrix, int step, float kept, long y, int yStep) {
        call(plain, count, in, outs, x, xStep, matrix, step, kept, y, yStep);
    }

    /** BLAS counts columns first, so what it is told are the transposes: yᵀ = Wxᵀ. */
    private void call(
            MemorySegment form,
            int count,
            int in,
            int width,
            long x,
            int xStep,
            long matrix,
            int step,
            float factor,
            long y,
            int yStep) {
        var gemm = GEMM;
        if (gemm == null) {
            throw new IllegalStateException("libtorch has no BLAS that can be called");
        }
        outs.set(JAVA_INT, 0, width);
        rows.set(JAVA_INT, 0, count);
        inner.set(JAVA_INT, 0, in);
        matrixStep.set(JAVA_INT, 0, step);
        inputStep.set(JAVA_INT, 0, xStep);
        outputStep.set(JAVA_INT, 0, yStep);
        kept.set(JAVA_FLOAT, 0, factor);
        try {
            gemm.invokeExact(
                    form,
                    plain,
                    outs,
                    rows,
                    inner,
                    one,
                    MemorySegment.ofAddress(matrix),
                    matrixStep,
                    MemorySegment.ofAddress(x),
                    inputStep,
                    kept,
                    MemorySegment.ofAddress(y),
                    outputStep);
        } catch (Throwable e) {
            throw new EngineFailure("sgemm: " + e.getMessage(), e);
        }
    }
}
