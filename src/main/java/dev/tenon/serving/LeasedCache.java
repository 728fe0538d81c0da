package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.Residence.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Native things by content digest within a byte budget: loaded once however many ask, kept while leased, and when room
 * is needed an unleased one goes, which {@link FairEviction} chooses. Bytes are reserved before loading, so the budget is
 * never passed.
 */
final class LeasedCache<V extends AutoCloseable> {
    /** So seldom those who wait are looked after. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A loaded value, its true size in bytes, and when it came. */
    record Loaded<V>(V value, long bytes, Instant since) {}

    /** Makes a value; it may ask for more room, or give some back, as soon as it knows better. */
    @FunctionalInterface
    interface Loader<V> {
        Loaded<V> load(Reservation reservation);
    }

    /** The bytes that are set aside for a value which is being loaded. */
    @FunctionalInterface
    interface Reservation {
        /** Sets aside so many bytes in all; a 503 problem where they are not to be had now, a 400 where they never are. */
        void resize(long bytes);
    }

    /**
     * What one entry is doing now.
     *
     * @param value null while it is loaded
     * @param leases of running requests
     * @param pinned whether it stays without any
     * @param since when it came, or its loading began
     */
    record Residence<V>(Subject subject, @Nullable V value, long bytes, int leases, boolean pinned, Instant since) {

        /** The same for each organisation that may see it, by each name that it uses. */
        Stream<dev.tenon.serving.deployment.Residence> told() {
            return subject.named()
                    .map(name -> new dev.tenon.serving.deployment.Residence(
                            name.orgId(),
                            subject.kind(),
                            subject.digest(),
                            name.name(),
                            subject.baseModel(name.orgId()),
                            value == null ? State.LOADING : State.READY,
                            null,
                            bytes,
                            leases,
                            pinned,
                            false,
                            value instanceof Batched batched ? batched.batching() : null,
                            since));
        }
    }

    private final Map<String, Entry<V>> entries = new HashMap<>();
    private final Budget budget;
    private final Loaders loaders;
    private final FairEviction eviction;
    private final LongSupplier time;
    private final CacheWatcher watcher;
    private long used;
    private long clock;
    private long refusals;

    LeasedCache(Budget budget, Loaders loaders, CacheWatcher watcher) {
        this(budget, loaders, watcher, System::nanoTime);
    }

    /** @param time nanoseconds that only ever grow */
    LeasedCache(Budget budget, Loaders loaders, CacheWatcher watcher, LongSupplier time) {
        this.budget = budget;
        this.loaders = loaders;
        this.watcher = watcher;
        this.eviction = new FairEviction(budget.bytes());
        this.time = time;
    }

    /**
     * Leases the value of a key; the first caller has it loaded by a loader thread, outside any lock, and all wait.
     *
     * @param estimate bytes to reserve while loading
     */
    Lease<V> lease(Subject subject, long estimate, Asker asker, Loader<V> loader) {
        Entry<V> entry;
        synchronized (this) {
            entry = entries.get(subject.key());
            if (entry == null) {
                budget.requirePossible(estimate);
                entry = new Entry<>(subject);
            }
            // who joins need not wait for the other's turn
            if (!entry.begun && !entry.turns.containsKey(subject.asker())) {
                var load = new EntryLoad(entry, estimate, loader);
                entry.turns.put(subject.asker(), loaders.start(subject, load, asker));
                entries.putIfAbsent(subject.key(), entry);
            }
            entry.waiting.merge(subject.asker(), 1, Integer::sum);
            entry.subject = entry.subject.with(subject);
            use(entry);
            entry.forgotten = false;
        }
        try {
            return new Lease<>(this, entry, loaded(entry, asker.patience()).value());
        } catch (Problem left) {
            leave(entry, subject.asker(), left);
            throw left;
        } catch (ExecutionException e) {
            release(entry);
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            release(entry);
            Thread.currentThread().interrupt();
            throw Problem.unavailable("shutting_down", "The server is stopping.", 5);
        }
    }

    private static <V> Loaded<V> loaded(Entry<V> entry, Patience patience)
            throws ExecutionException, InterruptedException {
        while (true) {
            try {
                return entry.loading.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                patience.check();
            }
        }
    }

    /** The last of an organisation takes its turn along, the last of all the load, unless it has begun. */
    private synchronized void leave(Entry<V> entry, String orgId, Problem left) {
        if (entry.waiting.merge(orgId, -1, Integer::sum) == 0 && !entry.begun) {
            Objects.requireNonNull(entry.turns.remove(orgId)).giveBack();
            if (entry.turns.isEmpty()) {
                refuse(entry, left);
            }
        }
        release(entry);
    }

    /** A lease on what is in memory because somebody pinned it; null where nobody did, without any waiting. */
    @Nullable
    synchronized Lease<V> pinned(Subject subject) {
        var entry = entries.get(subject.key());
        if (entry == null || entry.pins == 0 || !entry.loading.isDone()) {
            return null;
        }
        entry.subject = entry.subject.with(subject);
        use(entry);
        return new Lease<>(this, entry, entry.loading.join().value());
    }

    private void use(Entry<V> entry) {
        entry.leases++;
        entry.lastUse = ++clock;
        entry.usedAt = time.getAsLong();
    }

    /** Nobody will ask for this again: it goes now or, while requests compute with it, when the last of them ends. */
    synchronized void forget(String key) {
        var entry = entries.get(key);
        if (entry != null && entry.pins == 0) {
            entry.forgotten = true;
            dropForgotten(entry);
        }
    }

    private void dropForgotten(Entry<V> entry) {
        if (entry.forgotten && entry.idle() && entries.get(entry.subject.key()) == entry) {
            drop(entry);
        }
    }

    /** The load of an entry, which may stand in several lines: whichever comes first does it. */
    private final class EntryLoad implements Loaders.Load {
        private final Entry<V> entry;
        private final long estimate;
        private final Loader<V> loader;

        EntryLoad(Entry<V> entry, long estimate, Loader<V> loader) {
            this.entry = entry;
            this.estimate = estimate;
            this.loader = loader;
        }

        @Override
        public void run() {
            if (begin(entry, estimate)) {
                load(entry, loader);
            }
        }

        @Override
        public void giveUp(RuntimeException why) {
            refuse(entry, why);
        }
    }

    /** Sets the room aside; false where somebody has begun already or there is none. */
    private synchronized boolean begin(Entry<V> entry, long estimate) {
        if (entry.begun) {
            return false;
        }
        try {
            makeRoom(entry, estimate);
        } catch (Problem full) {
            refuse(entry, full);
            return false;
        }
        entry.begun = true;
        entry.bytes = estimate;
        used += estimate;
        watcher.loading(entry.subject);
        return true;
    }

    private synchronized void refuse(Entry<V> entry, RuntimeException why) {
        if (!entry.begun) {
            entry.begun = true;
            entries.remove(entry.subject.key(), entry);
            entry.loading.completeExceptionally(why);
        }
    }

    private void load(Entry<V> entry, Loader<V> loader) {
        try {
            var loaded = loader.load(bytes -> resize(entry, bytes));
            synchronized (this) {
                used += loaded.bytes() - entry.bytes;
                entry.bytes = loaded.bytes();
                watcher.ready(entry.subject, loaded.bytes());
            }
            entry.loading.complete(loaded);
        } catch (RuntimeException | Error failure) {
            fail(entry, failure);
        }
    }

    private void fail(Entry<V> entry, Throwable failure) {
        synchronized (this) {
            entries.remove(entry.subject.key(), entry);
            used -= entry.bytes;
            watcher.failed(entry.subject, failure);
        }
        entry.loading.completeExceptionally(failure);
    }

    private synchronized void resize(Entry<V> entry, long bytes) {
        if (bytes > entry.bytes) {
            budget.requirePossible(bytes);
            makeRoom(entry, bytes - entry.bytes);
        }
        used += bytes - entry.bytes;
        entry.bytes = bytes;
    }

    private void makeRoom(Entry<V> asking, long wanted) {
        while (used + wanted > budget.bytes()) {
            var going = eviction.choose(entries.values(), asking, wanted, time.getAsLong());
            if (going.isEmpty()) {
                refusals++;
                throw Problem.unavailable(
                        "memory_busy",
                        "All memory for %ss is held by running requests, pins and what others use."
                                .formatted(budget.what()),
                        2);
            }
            drop(going.get());
        }
    }

    private void drop(Entry<V> entry) {
        entries.remove(entry.subject.key());
        used -= entry.bytes;
        watcher.gone(entry.subject);
        close(entry.loading.join().value());
    }

    synchronized void release(Entry<V> entry) {
        entry.leases--;
        dropForgotten(entry);
    }

    /** A lease that is no running request's: it only keeps the value where it is. */
    synchronized void pin(Entry<V> entry) {
        entry.leases--;
        entry.pins++;
    }

    synchronized void unpin(Entry<V> entry) {
        entry.pins--;
    }

    synchronized long usedBytes() {
        return used;
    }

    /** How often there was no room because everything was in use. */
    synchronized long refusals() {
        return refusals;
    }

    synchronized long pinnedBytes() {
        return entries.values().stream()
                .filter(entry -> entry.pins > 0)
                .mapToLong(entry -> entry.bytes)
                .sum();
    }

    /** Drops everything that is not leased; at shutdown also what is. */
    synchronized void clear(boolean leasedToo) {
        for (var entry : List.copyOf(entries.values())) {
            var done = entry.loading.isDone() && !entry.loading.isCompletedExceptionally();
            if (done && (leasedToo || entry.idle())) {
                drop(entry);
            }
        }
    }

    synchronized List<Residence<V>> residents() {
        return entries.values().stream()
                .map(entry -> {
                    var loaded = entry.loading.isCompletedExceptionally() ? null : entry.loading.getNow(null);
                    return new Residence<>(
                            entry.subject,
                            loaded == null ? null : loaded.value(),
                            entry.bytes,
                            entry.leases,
                            entry.pins > 0,
                            loaded == null ? entry.came : loaded.since());
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
        final CompletableFuture<Loaded<V>> loading = new CompletableFuture<>();
        final Instant came = Instant.now();
        /** Where its load stands in line, and how many wait for it, by organisation. */
        final Map<String, Loaders.Turn> turns = new HashMap<>();

        final Map<String, Integer> waiting = new HashMap<>();
        Subject subject;
        boolean begun;
        long bytes;
        int leases;
        int pins;
        boolean forgotten;
        long lastUse;
        long usedAt;

        Entry(Subject subject) {
            this.subject = subject;
        }

        /** The organisations that asked for it. */
        Set<String> owners() {
            return subject.names().keySet();
        }

        boolean idle() {
            return leases == 0 && pins == 0 && loading.isDone();
        }
    }
}
