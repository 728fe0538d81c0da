package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libtorch's CUDA libraries that record and play CUDA graphs, which DJL's glue leaves out. They are C++
 * and found by their mangled names in the libraries that are loaded already; an exception of theirs would end the process,
 * so nothing is called that can throw where all is well: whether a recording went wrong is asked of the CUDA runtime first.
 */
final class CudaCalls {
    /** A {@code c10::cuda::CUDAStream} or a {@code std::pair} of two numbers: both are two registers wide. */
    private static final MemoryLayout TWO = MemoryLayout.structLayout(JAVA_LONG, JAVA_LONG);

    /** More than an {@code at::cuda::CUDAGraph} has in any version. */
    private static final long GRAPH_BYTES = 4096;

    /** Only this thread's calls are held to the rules of a recording. */
    private static final int THREAD_LOCAL = 1;

    private static final int CAPTURING = 1;
    private static final @Nullable CudaCalls FOUND = find();

    private final SymbolLookup symbols;
    private final NativeFunction streamFromPool;
    private final NativeFunction currentStream;
    private final NativeFunction useStream;
    private final NativeFunction rawStream;
    private final NativeFunction synchronize;
    private final NativeFunction poolHandle;
    private final NativeFunction construct;
    private final boolean constructorTakesFlag;
    private final NativeFunction begin;
    private final NativeFunction end;
    private final NativeFunction replay;
    private final NativeFunction destroy;
    private final NativeFunction isCapturing;
    private final NativeFunction abandon;

    private CudaCalls(SymbolLookup symbols) {
        this.symbols = symbols;
        streamFromPool =
                call("_ZN3c104cuda17getStreamFromPoolEba", FunctionDescriptor.of(TWO, JAVA_BOOLEAN, JAVA_BYTE));
        currentStream = call("_ZN3c104cuda20getCurrentCUDAStreamEa", FunctionDescriptor.of(TWO, JAVA_BYTE));
        useStream = call("_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE", FunctionDescriptor.ofVoid(TWO));
        rawStream = call("_ZNK3c104cuda10CUDAStream6streamEv", FunctionDescriptor.of(ADDRESS, ADDRESS));
        synchronize = call("_ZN3c104cuda18device_synchronizeEv", FunctionDescriptor.ofVoid());
        poolHandle = call("_ZN2at4cuda17graph_pool_handleEv", FunctionDescriptor.of(TWO));
        constructorTakesFlag = symbols.find("_ZN2at4cuda9CUDAGraphC1Eb").isPresent();
        construct = constructorTakesFlag
                ? call("_ZN2at4cuda9CUDAGraphC1Eb", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN))
                : call("_ZN2at4cuda9CUDAGraphC1Ev", FunctionDescriptor.ofVoid(ADDRESS));
        begin = call(
                "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode",
                FunctionDescriptor.ofVoid(ADDRESS, TWO, JAVA_INT));
        end = call("_ZN2at4cuda9CUDAGraph11capture_endEv", FunctionDescriptor.ofVoid(ADDRESS));
        replay = call("_ZN2at4cuda9CUDAGraph6replayEv", FunctionDescriptor.ofVoid(ADDRESS));
        destroy = call("_ZN2at4cuda9CUDAGraphD1Ev", FunctionDescriptor.ofVoid(ADDRESS));
        isCapturing = call("cudaStreamIsCapturing", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        abandon = call("cudaStreamEndCapture", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }

    /** Null where there is no card, or a libtorch without these functions. */
    static @Nullable CudaCalls found() {
        return FOUND;
    }

    private static @Nullable CudaCalls find() {
        if (!Engine.hasGpu()) {
            return null;
        }
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            SymbolLookup symbols = name -> java.util.Optional.empty();
            for (String path : maps.filter(line -> line.contains("/"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(file -> file.matches(".*/lib(c10_cuda|torch_cuda|cudart)[^/]*"))
                    .distinct()
                    .toList()) {
                symbols = symbols.or(SymbolLookup.libraryLookup(Path.of(path), Arena.global()));
            }
            return new CudaCalls(symbols);
        } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
            System.getLogger(CudaCalls.class.getName())
                    .log(System.Logger.Level.WARNING, "CUDA graphs cannot be used: " + e.getMessage());
            return null;
        }
    }

    /** A function of these libraries or of the CUDA runtime. */
    NativeFunction call(String name, FunctionDescriptor types) {
        return NativeFunction.of(symbols, name, types);
    }

    /** A stream that does not wait for the others, for recording on. */
    MemorySegment streamFromPool(Arena arena, int device) {
        return (MemorySegment) streamFromPool.call(arena, false, (byte) device);
    }

    MemorySegment currentStream(Arena arena, int device) {
        return (MemorySegment) currentStream.call(arena, (byte) device);
    }

    /** The stream that this thread computes on, as the CUDA driver knows it. */
    MemorySegment rawCurrentStream(int device) {
        try (Arena arena = Arena.ofConfined()) {
            return (MemorySegment) rawStream.call(currentStream(arena, device));
        }
    }

    /** What this thread computes on from now on. */
    void useStream(MemorySegment stream) {
        useStream.call(stream);
    }

    void synchronize() {
        synchronize.call();
    }

    /** Memory that recordings which are never played at the same time may share. */
    MemorySegment poolHandle(Arena arena) {
        return (MemorySegment) poolHandle.call(arena);
    }

    MemorySegment newGraph(Arena arena) {
        var graph = arena.allocate(GRAPH_BYTES, 64);
        if (constructorTakesFlag) {
            construct.call(graph, false);
        } else {
            construct.call(graph);
        }
        return graph;
    }

    void begin(MemorySegment graph, MemorySegment pool) {
        begin.call(graph, pool, THREAD_LOCAL);
    }

    /** Ends a recording; false where it went wrong and the graph must not be touched again. */
    boolean end(MemorySegment graph, MemorySegment stream) {
        try (Arena arena = Arena.ofConfined()) {
            var raw = (MemorySegment) rawStream.call(stream);
            var out = arena.allocate(ADDRESS);
            int failed = (int) isCapturing.call(raw, out);
            if (failed != 0 || out.get(JAVA_INT, 0) != CAPTURING) {
                abandon.call(raw, out);
                return false;
            }
        }
        end.call(graph);
        return true;
    }

    /** Gives a recording up in its middle. */
    void abandon(MemorySegment stream) {
        try (Arena arena = Arena.ofConfined()) {
            abandon.call(rawStream.call(stream), arena.allocate(ADDRESS));
        }
    }

    void replay(MemorySegment graph) {
        replay.call(graph);
    }

    void destroy(MemorySegment graph) {
        destroy.call(graph);
    }
}
