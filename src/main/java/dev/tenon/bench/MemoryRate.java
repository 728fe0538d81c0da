package dev.tenon.bench;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * How fast some threads together read and copy memory in loops that do nothing else (after McCalpin's STREAM): what
 * decoding, which reads every weight for each step, cannot pass on a CPU. A set of bytes beyond the caches tells the
 * memory's rate, a smaller one that of the caches that hold it.
 */
final class MemoryRate implements AutoCloseable {
    private static final int ROUNDS = 8;
    /** So much at least goes through a thread in one round, so that starting it does not count. */
    private static final long ENOUGH = 128L << 20;

    private final List<long[]> parts;
    private final long repeats;
    private final ExecutorService threads;

    /** A set of so many bytes, shared out between so many threads. */
    MemoryRate(long bytes, int count) {
        int words = (int) Math.max(1, bytes / Long.BYTES / count);
        parts = IntStream.range(0, count).mapToObj(i -> new long[words]).toList();
        repeats = Math.max(1, ENOUGH / ((long) words * Long.BYTES));
        threads = Executors.newFixedThreadPool(count);
    }

    /** Bytes a second that are read; the best of some rounds. */
    double read() {
        return best(MemoryRate::total);
    }

    /** Bytes a second that are read and written, when each half of the set is copied to the other; the best of some rounds. */
    double copy() {
        return best(part -> {
            System.arraycopy(part, 0, part, part.length / 2, part.length / 2);
            return part[part.length - 1];
        });
    }

    private double best(ToLongFunction<long[]> work) {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            var running = parts.stream()
                    .map(part -> threads.submit(() -> {
                        long all = 0;
                        for (long i = 0; i < repeats; i++) {
                            all += work.applyAsLong(part);
                        }
                        return all;
                    }))
                    .toList();
            long words = 0;
            try {
                for (var one : running) {
                    if (one.get() != 0) { // asked so that no loop can be left out
                        throw new IllegalStateException("Memory that nobody wrote is not zero");
                    }
                    words += repeats * parts.getFirst().length;
                }
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
            best = Math.max(best, words * (double) Long.BYTES / ((System.nanoTime() - begun) / 1e9));
        }
        return best;
    }

    private static long total(long[] part) {
        long total = 0;
        for (long word : part) {
            total += word;
        }
        return total;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
