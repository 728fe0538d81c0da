package dev.tenon.experiments;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What the process holds of glibc's memory, which is where libtorch's CPU tensors are, whether Java sees them or not. */
final class NativeHeap {
    /** {@code struct mallinfo2}: ten sizes. */
    private static final MemoryLayout FIGURES =
            MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

    private static final int MAPPED = 4;
    private static final int IN_ARENAS = 7;
    private static final MethodHandle MALLINFO = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("mallinfo2").orElseThrow(),
                    FunctionDescriptor.of(FIGURES));

    private NativeHeap() {}

    /** Bytes in use, of blocks in arenas and of those mapped by themselves. */
    static long bytes() {
        try (var arena = Arena.ofConfined()) {
            var figures = (MemorySegment) MALLINFO.invokeExact((SegmentAllocator) arena);
            return figures.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
                    + figures.getAtIndex(ValueLayout.JAVA_LONG, IN_ARENAS);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
