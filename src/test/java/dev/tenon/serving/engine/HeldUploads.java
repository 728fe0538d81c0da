package dev.tenon.serving.engine;

import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import dev.tenon.tensor.Uploads;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Uploads that end when a test says so. */
final class HeldUploads implements Uploads {
    private final Runnable ended;
    private final Deque<Held> held = new ArrayDeque<>();

    private record Held(Source from, Tensor to, CompletableFuture<Boolean> future) {}

    HeldUploads(Runnable ended) {
        this.ended = ended;
    }

    @Override
    public synchronized CompletableFuture<Boolean> begin(Source from, Tensor to) {
        var future = new CompletableFuture<Boolean>();
        held.add(new Held(from, to, future));
        return future;
    }

    synchronized int count() {
        return held.size();
    }

    /** The oldest arrives. */
    void arrive() {
        var one = next();
        one.future.complete(one.from.read(address -> copy(address, one.to)));
        ended.run();
    }

    private static void copy(long address, Tensor to) {
        try (var scope = Scope.open()) {
            var bytes = MemorySegment.ofAddress(address).reinterpret(to.bytes());
            to.copyFrom(Tensors.load(bytes, to.dtype(), to.shape(), Device.cpu()));
        }
    }

    void fail(RuntimeException why) {
        next().future.completeExceptionally(why);
        ended.run();
    }

    private synchronized Held next() {
        return held.remove();
    }

    @Override
    public void close() {
        while (count() > 0) {
            arrive();
        }
    }
}
