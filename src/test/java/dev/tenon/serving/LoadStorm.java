package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Several holders that together want more adapters in memory than there is room for. */
final class LoadStorm {
    private static final int HOLDERS = 4;

    private final AdapterPool pool;
    private final long budget;
    private final int heldByEach;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong most = new AtomicLong();
    private final AtomicLong worstEstimate = new AtomicLong();

    LoadStorm(AdapterPool pool, long budget, int heldByEach) {
        this.pool = pool;
        this.budget = budget;
        this.heldByEach = heldByEach;
    }

    /**
     * What came of it.
     *
     * @param granted leases
     * @param refused with 503 and a time to wait
     * @param mostBytes ever set aside at once
     * @param worstEstimate largest error of an estimate, as a part of the true bytes
     */
    record Outcome(long granted, long refused, long mostBytes, double worstEstimate) {}

    Outcome run(int leases, long seed) throws InterruptedException, ExecutionException {
        long granted = 0;
        try (var base = pool.base();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var holders = IntStream.range(0, HOLDERS)
                    .mapToObj(i -> threads.submit(holder(base.value(), leases / HOLDERS, new Random(seed + i))))
                    .toList();
            for (var holder : holders) {
                granted += holder.get();
            }
        }
        return new Outcome(granted, refused.get(), most.get(), worstEstimate.get() / 1e6);
    }

    private Callable<Long> holder(ResidentModel base, int leases, Random random) {
        return () -> {
            Deque<Lease<ResidentAdapter>> held = new ArrayDeque<>();
            long granted = 0;
            while (granted < leases) {
                int number = random.nextInt(pool.size());
                try {
                    var lease = pool.lease(number, base);
                    held.add(lease);
                    granted++;
                    note(number, lease.value().adapter().bytes());
                } catch (Problem problem) {
                    if (problem.status() != 503 || !problem.details().containsKey("retry_after_seconds")) {
                        throw problem;
                    }
                    refused.incrementAndGet();
                    if (held.isEmpty()) {
                        Thread.sleep(1);
                    }
                    release(held, held.size());
                }
                release(held, Math.max(0, held.size() - heldByEach));
            }
            release(held, held.size());
            return granted;
        };
    }

    private void note(int number, long bytes) {
        long used = pool.usedBytes();
        if (used > budget) {
            throw new AssertionError("%d bytes are set aside of %d".formatted(used, budget));
        }
        most.accumulateAndGet(used, Math::max);
        double error = Math.abs(pool.estimate(number) - bytes) / (double) bytes;
        worstEstimate.accumulateAndGet(Math.round(error * 1e6), Math::max);
    }

    private static void release(Deque<Lease<ResidentAdapter>> held, int count) {
        for (int i = 0; i < count; i++) {
            held.remove().close();
        }
    }
}
