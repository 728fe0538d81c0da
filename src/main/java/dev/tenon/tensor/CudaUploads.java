package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Uploads to a CUDA card by a thread on a stream of its own, in pieces that it first lays into pinned memory: only from there
 * does a card read by itself. Other memory the driver lays into such pieces of its own, on the thread that asks.
 */
final class CudaUploads implements Uploads {
    /** Numbers of the CUDA runtime: the way of a copy, and streams and events that wait for nothing and take no times. */
    private static final int HOST_TO_DEVICE = 1;

    private static final int NON_BLOCKING = 1;
    private static final int WITHOUT_TIMES = 2;

    /**
     * Bytes of a piece; while the card reads one, the next is laid out. Beside steps a call that begins a copy takes longer than
     * laying out 4 MiB, so that there should be few.
     */
    private static final long PIECE = 32 << 20;

    private static final int PIECES = 2;

    private final CudaCalls calls;
    private final int device;
    private final Runnable ended;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            work -> Thread.ofPlatform().daemon().name("upload").unstarted(work));
    private final NativeFunction newEvent;
    private final NativeFunction record;
    private final NativeFunction await;
    private final NativeFunction destroyEvent;
    private final NativeFunction copy;
    private final NativeFunction awaitEvent;
    private final NativeFunction destroyStream;
    private final NativeFunction free;
    private final MemorySegment stream;
    private final Piece[] pieces;

    /** Pinned memory, and what the card has read of it when the event has come. */
    private record Piece(MemorySegment memory, MemorySegment read) {}

    private CudaUploads(CudaCalls calls, int device, Runnable ended) {
        this.calls = calls;
        this.device = device;
        this.ended = ended;
        var useDevice = calls.call("cudaSetDevice", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        newEvent = calls.call("cudaEventCreateWithFlags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        record = calls.call("cudaEventRecord", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        await = calls.call("cudaStreamWaitEvent", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        destroyEvent = calls.call("cudaEventDestroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        copy = calls.call(
                "cudaMemcpyAsync", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS));
        awaitEvent = calls.call("cudaEventSynchronize", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        destroyStream = calls.call("cudaStreamDestroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        free = calls.call("cudaFreeHost", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        var newStream = calls.call("cudaStreamCreateWithFlags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        var pinned = calls.call("cudaMallocHost", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
        pieces = new Piece[PIECES];
        try {
            CompletableFuture.runAsync(() -> useDevice.check(device), thread).join();
            stream = onThread(() -> made(newStream, NON_BLOCKING));
            for (int i = 0; i < PIECES; i++) {
                pieces[i] = onThread(
                        () -> new Piece(made(pinned, PIECE).reinterpret(PIECE), made(newEvent, WITHOUT_TIMES)));
            }
        } catch (CompletionException e) {
            thread.shutdown();
            throw e;
        }
    }

    private <T> T onThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, thread).join();
    }

    static @Nullable Uploads to(Device device, Runnable ended) {
        var calls = device.isGpu() ? CudaCalls.found() : null;
        try {
            return calls == null ? null : new CudaUploads(calls, device.index(), ended);
        } catch (CompletionException | NoSuchElementException e) {
            System.getLogger(CudaUploads.class.getName())
                    .log(System.Logger.Level.WARNING, "Adapters are copied between steps: " + e.getMessage());
            return null;
        }
    }

    /** What a function makes that writes its address. */
    private static MemorySegment made(NativeFunction function, Object how) {
        try (Arena arena = Arena.ofConfined()) {
            var made = arena.allocate(ADDRESS);
            function.check(made, how);
            return made.get(ADDRESS, 0);
        }
    }

    @Override
    public CompletableFuture<Boolean> begin(Source from, Tensor to) {
        // the tensor's memory may have been another's, which what was started until now still uses
        var until = made(newEvent, WITHOUT_TIMES);
        record.check(until, calls.rawCurrentStream(device));
        long target = to.address();
        long bytes = to.bytes();
        var upload = CompletableFuture.supplyAsync(() -> copy(from, target, bytes, until), thread);
        upload.whenComplete((there, failure) -> ended.run());
        return upload;
    }

    private boolean copy(Source from, long target, long bytes, MemorySegment until) {
        try {
            await.check(stream, until, 0);
            return from.read(source -> copy(MemorySegment.ofAddress(source).reinterpret(bytes), target));
        } finally {
            destroyEvent.check(until);
        }
    }

    private void copy(MemorySegment source, long target) {
        long bytes = source.byteSize();
        int nth = 0;
        for (long at = 0; at < bytes; at += PIECE) {
            var piece = pieces[nth++ % PIECES];
            long size = Math.min(PIECE, bytes - at);
            awaitEvent.check(piece.read());
            MemorySegment.copy(source, at, piece.memory(), 0, size);
            copy.check(MemorySegment.ofAddress(target + at), piece.memory(), size, HOST_TO_DEVICE, stream);
            record.check(piece.read(), stream);
        }
        for (var piece : pieces) {
            awaitEvent.check(piece.read());
        }
    }

    @Override
    public void close() {
        thread.submit(() -> {
            for (var piece : pieces) {
                destroyEvent.check(piece.read());
                free.check(piece.memory());
            }
            destroyStream.check(stream);
        });
        thread.close();
    }
}
