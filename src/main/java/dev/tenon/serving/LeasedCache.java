package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Native things by content digest within a byte budget: loaded once however many ask, kept while leased, and when room
 * is needed the least recently used unleased one goes. Bytes are reserved before loading, so the budget is never passed.
 */
final class LeasedCache<V extends AutoCloseable> {

    /** A loaded value, its true size in bytes, and when it came. */
    record Loaded<V>(V value, long bytes, Instant since) {}

    /** What one entry is doing now. */
    record Residence<V>(
            String key,
            @Nullable V value,
            long bytes,
            int leases,
            @Nullable Instant since) {}

    private final Map<String, Entry<V>> entries = new HashMap<>();
    private final String what;
    private final long budget;
    private final Executor loaders;
    private long used;
    private long clock;

    LeasedCache(String what, long budget, Executor loaders) {
        this.what = what;
        this.budget = budget;
        this.loaders = loaders;
    }

    /**
     * Leases the value of a key; the first caller has it loaded by a loader thread, outside any lock, and all wait.
     *
     * @param estimate bytes to reserve while loading
     */
    Lease<V> lease(String key, long estimate, Supplier<Loaded<V>> loader) {
        Entry<V> entry;
        boolean mine = false;
        synchronized (this) {
            entry = entries.get(key);
            if (entry == null) {
                makeRoom(estimate);
                entry = new Entry<>(key, estimate);
                entries.put(key, entry);
                used += estimate;
                mine = true;
            }
            entry.leases++;
            entry.lastUse = ++clock;
        }
        if (mine) {
            var fresh = entry;
            loaders.execute(() -> load(fresh, loader));
        }
        try {
            return new Lease<>(this, entry, entry.loading.get().value());
        } catch (ExecutionException e) {
            release(entry);
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            release(entry);
            Thread.currentThread().interrupt();
            throw Problem.unavailable("shutting_down", "The server is stopping.", 5);
        }
    }

    private void load(Entry<V> entry, Supplier<Loaded<V>> loader) {
        try {
            var loaded = loader.get();
            synchronized (this) {
                used += loaded.bytes() - entry.bytes;
                entry.bytes = loaded.bytes();
            }
            entry.loading.complete(loaded);
        } catch (RuntimeException | Error failure) {
            synchronized (this) {
                entries.remove(entry.key, entry);
                used -= entry.bytes;
            }
            entry.loading.completeExceptionally(failure);
        }
    }

    private void makeRoom(long wanted) {
        if (wanted > budget) {
            throw Problem.unavailable(
                    "too_large_to_serve",
                    "This %s needs %d bytes; tenon.serving allows %d for all of them.".formatted(what, wanted, budget),
                    300);
        }
        while (used + wanted > budget) {
            var oldest = entries.values().stream()
                    .filter(entry -> entry.leases == 0 && entry.loading.isDone())
                    .min(Comparator.comparingLong(entry -> entry.lastUse));
            if (oldest.isEmpty()) {
                throw Problem.unavailable(
                        "memory_busy", "All memory for %ss is held by running requests.".formatted(what), 2);
            }
            drop(oldest.get());
        }
    }

    private void drop(Entry<V> entry) {
        entries.remove(entry.key);
        used -= entry.bytes;
        close(entry.loading.join().value());
    }

    synchronized void release(Entry<V> entry) {
        entry.leases--;
    }

    synchronized long usedBytes() {
        return used;
    }

    /** Drops everything that is not leased; at shutdown also what is. */
    synchronized void clear(boolean leasedToo) {
        for (var entry : List.copyOf(entries.values())) {
            var done = entry.loading.isDone() && !entry.loading.isCompletedExceptionally();
            if (done && (leasedToo || entry.leases == 0)) {
                drop(entry);
            }
        }
    }

    synchronized List<Residence<V>> residents() {
        return entries.values().stream()
                .map(entry -> {
                    var loaded = entry.loading.isCompletedExceptionally() ? null : entry.loading.getNow(null);
                    return new Residence<>(
                            entry.key,
                            loaded == null ? null : loaded.value(),
                            entry.bytes,
                            entry.leases,
                            loaded == null ? null : loaded.since());
                })
                .toList();
    }

    private static void close(AutoCloseable value) {
        try {
            value.close();
        } catch (Exception e) {
            throw new IllegalStateException("Could not free " + value, e);
        }
    }

    /** The bookkeeping of one key. */
    static final class Entry<V> {
        final String key;
        final CompletableFuture<Loaded<V>> loading = new CompletableFuture<>();
        long bytes;
        int leases;
        long lastUse;

        Entry(String key, long bytes) {
            this.key = key;
            this.bytes = bytes;
        }
    }
}
