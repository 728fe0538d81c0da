package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.EngineFailure;
import dev.tenon.tensor.Uploads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rows that run, oldest first, and what they hold: a place, and pages for what they say and for their adapters. One thread. */
final class RunningRows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningRows.class);

    /** So often others may go first because they fit and this one does not. */
    static final int MOST_PASSED_OVER = 64;

    /** Pages that each row finds free for what it will write while adapters come that nobody waits for yet. */
    private static final int PREPARED = 2;

    private final CausalModel model;
    private final KvCache cache;
    private final PrefixCache prefixes;
    private final AdapterCache adapters;
    private final EngineListener listener;
    private final List<ActiveRow> rows = new ArrayList<>();
    private final Deque<Integer> places = new ArrayDeque<>();
    private volatile int freePages;

    /** What came of asking whether a row may run. */
    enum Join {
        RUNS,
        /** As soon as its adapter is on the device. */
        COMING,
        NO_ROOM
    }

    RunningRows(
            CausalModel model,
            KvCache cache,
            EngineSettings settings,
            EngineListener listener,
            @Nullable Uploads uploads) {
        this.model = model;
        this.cache = cache;
        this.listener = listener;
        this.prefixes = new PrefixCache(cache.memory().pool(), listener);
        this.adapters = new AdapterCache(cache.memory(), listener, uploads);
        for (int place = 0; place < cache.rows(); place++) {
            places.add(place);
        }
        countFree();
    }

    /** Whether an adapter finds room beside one longest sequence; for any thread. */
    boolean couldHold(EngineAdapter adapter) {
        return adapter.packed() == null || adapter.bytes() <= mostAdapterBytes();
    }

    /** Bytes of the largest adapter that finds room beside one longest sequence. */
    long mostAdapterBytes() {
        long pages = (long) cache.memory().pool().total() - KvCache.pagesFor(cache.capacity());
        return pages * KvCache.pageBytes(model.config(), model.type());
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    int size() {
        return rows.size();
    }

    boolean hasPlace() {
        return !places.isEmpty();
    }

    /** Oldest first. */
    List<ActiveRow> rows() {
        return rows;
    }

    /** Pages that nobody holds, as they were counted last. */
    int freePages() {
        return freePages;
    }

    /** Counts and reports what is in use. */
    void report() {
        countFree();
        listener.pages(cache.memory().pool().use());
        int[] held = adapters.ranks();
        listener.ranks(held[0], held[1]);
    }

    private void countFree() {
        freePages = cache.memory().pool().free();
    }

    /** Takes a row in when its tokens so far find room and its adapter is there, which is brought if need be. */
    Join tryJoin(ActiveRow row) {
        // a page for each row that runs is left to them, so that a new one does not push out another at once
        var packed = row.request.adapter().packed();
        int needed = KvCache.pagesFor(row.length() + 1) + (packed == null ? 0 : adapters.takes(packed));
        if (cache.memory().pool().free() < needed + rows.size() && !rows.isEmpty()) {
            return Join.NO_ROOM;
        }
        try {
            var adapter = seat(row);
            if (adapter != Join.RUNS) {
                return adapter;
            }
        } catch (EngineFailure e) {
            take(row);
            fail(row, e);
            return Join.RUNS;
        }
        take(row);
        begin(row);
        countFree();
        return Join.RUNS;
    }

    private Join seat(ActiveRow row) {
        var packed = row.request.adapter().packed();
        if (packed == null) {
            return Join.RUNS;
        }
        if (!row.looked) {
            row.looked = true;
            listener.adapterLooked(adapters.holds(packed));
        }
        if (!adapters.bring(packed)) {
            return Join.NO_ROOM;
        }
        row.slot = adapters.acquire(packed);
        return row.slot == null ? Join.COMING : Join.RUNS;
    }

    private void take(ActiveRow row) {
        row.place = places.remove();
        rows.add(row);
    }

    /** Whether it is of use to {@link #prepare}. */
    boolean canPrepare() {
        return adapters.bringsAhead();
    }

    /** Brings adapters of rows that will run soon; what cannot come now is tried again when the row's turn has come. */
    void prepare(List<ActiveRow> next) {
        try {
            adapters.bringAhead(
                    next.stream()
                            .map(row -> row.request.adapter().packed())
                            .filter(Objects::nonNull)
                            .limit(AdapterCache.MOST_COMING)
                            .toList(),
                    PREPARED * rows.size());
        } catch (EngineFailure e) {
            LOG.warn("An adapter could not be brought ahead: {}", e.getMessage());
        }
    }

    private void begin(ActiveRow row) {
        // at least one token is computed, as its logits are wanted
        int[] known = prefixes.find(row.keys((row.length() - 1) / KvCache.PAGE));
        int prefix = row.request.adapter().prefixLength();
        if (known.length * KvCache.PAGE >= prefix) {
            cache.share(row.place, known);
            row.computed = known.length * KvCache.PAGE;
        }
        if (row.computed < prefix) {
            try {
                model.open(row.place, cache, row.request.adapter().hooks());
                row.computed = prefix;
                keepFull(row, 0);
            } catch (RuntimeException e) {
                fail(row, e);
            }
        }
    }

    /** The order in which these rows take part in a step. */
    Seating seat(List<StepShare> shares) {
        return Seating.of(shares, adapters, cache.rows(), model);
    }

    /** Takes pages for a row's next tokens, from the youngest others if need be; those wait again. */
    boolean reserve(ActiveRow row, int tokens, List<ActiveRow> displaced) {
        while (!cache.reserve(row.place, row.computed + tokens)) {
            ActiveRow youngest = rows.getLast();
            leave(youngest);
            youngest.computed = 0;
            displaced.add(youngest);
            listener.preempted();
            if (youngest == row) {
                return false;
            }
        }
        return true;
    }

    /** The same only where pages are free, or kept but held by no row; what was taken of them is used later. */
    boolean reserveSpare(ActiveRow row, int tokens) {
        return cache.reserve(row.place, row.computed + tokens);
    }

    /** Drops keys and values of tokens that turned out not to be the row's. */
    void forgetBeyond(ActiveRow row) {
        cache.truncate(row.place, row.computed);
    }

    /** Counts computed tokens and keeps the pages that they filled. */
    void advance(ActiveRow row, int tokens) {
        int before = row.computed / KvCache.PAGE;
        row.computed += tokens;
        keepFull(row, before);
    }

    private void keepFull(ActiveRow row, int before) {
        int full = row.computed / KvCache.PAGE;
        if (full > before) {
            String[] keys = row.keys(full);
            int[] table = cache.table(row.place);
            for (int page = before; page < full; page++) {
                prefixes.keep(keys[page], table[page]);
            }
        }
    }

    void dropAbandoned() {
        for (ActiveRow row : List.copyOf(rows)) {
            if (row.request.sink().abandoned()) {
                end(row, null);
            }
        }
    }

    void fail(ActiveRow row, RuntimeException failure) {
        boolean memory = failure instanceof EngineFailure engine && engine.outOfMemory();
        if (memory) {
            listener.shed();
        }
        end(row, memory ? Unanswered.outOfMemory() : failure);
    }

    void failAll(RuntimeException failure) {
        List.copyOf(rows).forEach(row -> end(row, failure));
    }

    /** Gives back all that a row holds and says that it has ended. */
    void end(ActiveRow row, @Nullable RuntimeException failure) {
        leave(row);
        row.request.sink().end(failure);
    }

    private void leave(ActiveRow row) {
        rows.remove(row);
        cache.truncate(row.place, 0);
        places.push(row.place);
        row.place = -1;
        var slot = row.slot;
        if (slot != null) {
            adapters.release(slot);
            row.slot = null;
        }
        countFree();
    }

    @Override
    public void close() {
        adapters.close();
    }
}
