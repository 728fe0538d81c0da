package dev.tenon.training;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Threads that share the CPU among them, each computing alone. Several whole computations side by side wait for nothing,
 * where threads inside one operation meet at its end: with small matrices, or on a machine that does other work, the
 * meeting costs as much as the operation.
 */
final class Lanes implements AutoCloseable {
    /** More elements than libtorch computes without asking how many threads there are. */
    private static final long ENOUGH_TO_ASK = 1 << 16;

    private final List<ExecutorService> threads = new ArrayList<>();

    /** At most {@code most} lanes for the threads that an operation of this thread has. */
    Lanes(int most) {
        int all = Engine.threads();
        int count = Math.max(1, Math.min(all, most));
        for (int i = 0; i < count && count > 1; i++) {
            String name = "training-lane-" + i;
            var thread = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name(name).factory());
            threads.add(thread);
            wait(CompletableFuture.supplyAsync(() -> settle(all / count), thread));
        }
        Engine.useThreads(all);
    }

    /** libtorch takes a thread's share of the CPU when that thread first computes something large. */
    private static boolean settle(int share) {
        Engine.useThreads(share);
        try (var scope = Scope.open()) {
            Tensors.ones(DType.F32, Device.cpu(), ENOUGH_TO_ASK).mul(2);
        }
        return true;
    }

    int count() {
        return Math.max(1, threads.size());
    }

    /** Computes something for every part, each on a lane, and waits for all; the first failure is thrown on. */
    <P, R> List<R> each(List<P> parts, Function<P, R> compute) {
        var running = new ArrayList<CompletableFuture<R>>();
        for (int i = 0; i < parts.size(); i++) {
            P part = parts.get(i);
            running.add(CompletableFuture.supplyAsync(() -> compute.apply(part), threads.get(i)));
        }
        running.forEach(result -> result.exceptionally(failure -> null).join());
        return running.stream().map(Lanes::wait).toList();
    }

    private static <R> R wait(CompletableFuture<R> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::close);
    }
}
