package dev.tenon.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A series of kernels on a CUDA card, recorded as a CUDA graph and played in one launch: the card no longer waits for the
 * host to start hundreds of small kernels. Playing repeats the same kernels on the same memory, so whatever the work reads
 * must stay where it was and is changed in place, and nothing in it may depend on values or fetch them from the card.
 */
public final class Recording implements AutoCloseable {
    private static final boolean WANTED = Boolean.parseBoolean(System.getProperty("tenon.cuda-graphs", "true"));

    private static boolean broken;
    private static @Nullable Shared shared;

    /** Memory of what comes in between, for all recordings that there are; libtorch takes it back with the last of them. */
    private static @Nullable MemorySegment pool;

    private static int living;

    /** What all recordings of a process have in common: the device, and a stream to record on. */
    private record Shared(CudaCalls calls, int device, MemorySegment stream) {}

    private final CudaCalls calls;
    private final MemorySegment graph;
    private final Scope memory;
    private final Tensor result;
    private boolean closed;

    private Recording(CudaCalls calls, MemorySegment graph, Scope memory, Tensor result) {
        this.calls = calls;
        this.graph = graph;
        this.memory = memory;
        this.result = result;
    }

    /** Whether work on this device can be recorded. */
    public static synchronized boolean isPossible(Device device) {
        return WANTED
                && !broken
                && device.isGpu()
                && CudaCalls.found() != null
                && (shared == null || shared.device() == device.index());
    }

    /**
     * Runs the work twice: once as it is, so that the libraries are ready for it, and once to record it. Null where it
     * cannot be recorded, after which {@link #isPossible} is false.
     */
    public static synchronized @Nullable Recording of(Device device, Supplier<Tensor> work) {
        var calls = CudaCalls.found();
        if (calls == null || !isPossible(device)) {
            return null;
        }
        Shared common = shared;
        if (common == null) {
            common = new Shared(calls, device.index(), calls.streamFromPool(Arena.global(), device.index()));
            shared = common;
        }
        try (Arena here = Arena.ofConfined()) {
            var before = calls.currentStream(here, device.index());
            calls.synchronize();
            calls.useStream(common.stream());
            try {
                try (var scope = Scope.open()) {
                    var _ = work.get();
                }
                calls.synchronize();
                return record(common, work);
            } finally {
                calls.synchronize();
                calls.useStream(before);
            }
        }
    }

    private static @Nullable Recording record(Shared common, Supplier<Tensor> work) {
        var calls = common.calls();
        var graph = calls.newGraph(Arena.ofAuto());
        var memory = Scope.detached();
        MemorySegment place = pool;
        if (living == 0 || place == null) {
            place = calls.poolHandle(Arena.ofAuto());
            pool = place;
        }
        calls.begin(graph, place);
        living++;
        Tensor result;
        try (var scope = Scope.open()) {
            result = memory.own(work.get());
        } catch (RuntimeException e) {
            // the half-made graph stays behind: its destructor expects one that is whole
            broken = true;
            calls.abandon(common.stream());
            memory.close();
            throw e;
        }
        if (!calls.end(graph, common.stream())) {
            broken = true;
            memory.close();
            return null;
        }
        return new Recording(calls, graph, memory, result);
    }

    /** Does the work again; its result lies where it always does and is overwritten by the next time. */
    public Tensor play() {
        if (closed) {
            throw new IllegalStateException("this recording is closed");
        }
        calls.replay(graph);
        return result;
    }

    @Override
    public void close() {
        synchronized (Recording.class) {
            if (!closed) {
                closed = true;
                calls.synchronize();
                memory.close();
                calls.destroy(graph);
                living--;
            }
        }
    }
}
