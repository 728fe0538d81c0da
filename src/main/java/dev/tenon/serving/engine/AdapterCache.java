package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.Uploads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adapters in pages of the device. An adapter stays when its last row ends, and goes when its pages are needed by
 * another or by a sequence and nothing else has been unused for longer. Copies side by side, which only make steps faster, lie
 * in pages as well. For one thread.
 */
final class AdapterCache implements AutoCloseable {
    /** More on their way at once would only keep memory longer. */
    static final int MOST_COMING = 4;

    private final PageMemory memory;
    private final EngineListener listener;
    private final @Nullable Uploads uploads;
    private final Map<Packed, Placed> adapters = new HashMap<>();
    private final List<RankLanes> lanes = new ArrayList<>();
    private final List<Placed> coming = new ArrayList<>();
    // counted as they come and go: there may be thousands, and every step asks
    private int usedRanks;
    private int idleRanks;

    /** @param uploads that bring adapters while others are computed; without, who acquires one waits for it */
    AdapterCache(PageMemory memory, EngineListener listener, @Nullable Uploads uploads) {
        this.memory = memory;
        this.listener = listener;
        this.uploads = uploads;
    }

    private int pages(Packed packed) {
        return memory.pagesFor(packed.values().elements());
    }

    /** Whether an adapter is on the device and need not be waited for. */
    boolean holds(Packed packed) {
        var placed = adapters.get(packed);
        return placed != null && placed.hasEnded();
    }

    /** How many of the free pages an adapter takes when it is used: none where it is used or on its way. */
    int takes(Packed packed) {
        var placed = adapters.get(packed);
        return placed != null && (placed.isUsed() || coming.contains(placed)) ? 0 : pages(packed);
    }

    /**
     * Begins to bring an adapter to the device where it is not there, there is room and not too many are on their way; false where
     * it cannot come now because what is held takes up the room.
     */
    boolean bring(Packed packed) {
        settle();
        if (adapters.containsKey(packed) || coming.size() >= MOST_COMING) {
            return true;
        }
        var run = memory.takeRun(packed.values().elements(), new Adapter(packed));
        if (run == null) {
            return false;
        }
        var placed = begin(packed, run);
        idleRanks += placed.rank();
        adapters.put(packed, placed);
        coming.add(placed);
        listener.loaded(packed.bytes());
        return true;
    }

    private Placed begin(Packed packed, PageRun run) {
        try {
            return packed.place(memory, run, uploads);
        } catch (RuntimeException e) {
            memory.pool().give(run);
            throw e;
        }
    }

    /** What has arrived is nobody's until somebody uses it. */
    private void settle() {
        for (var all = coming.iterator(); all.hasNext(); ) {
            var placed = all.next();
            if (placed.hasEnded()) {
                memory.pool().letGo(placed.run());
                all.remove();
            }
        }
    }

    private void forget(Packed packed) {
        var placed = adapters.remove(packed);
        if (placed != null) {
            idleRanks -= placed.rank();
            placed.close();
        }
    }

    /** Whether anything can come while others are computed. */
    boolean bringsAhead() {
        return uploads != null;
    }

    /**
     * Begins to bring those that are wanted next, as far as all of them have room beside what is held, so that none of them
     * pushes out another.
     *
     * @param left pages that stay free for the rows that run
     */
    void bringAhead(List<Packed> next, int left) {
        settle();
        int room = memory.pool().free() - left;
        for (Packed packed : next) {
            room -= takes(packed);
            if (room < 0) {
                return;
            }
            var there = adapters.get(packed);
            if (there == null) {
                if (!bring(packed)) {
                    return;
                }
            } else if (!there.isUsed() && !coming.contains(there)) {
                touch(there.run());
            }
        }
    }

    private void touch(PageRun idle) {
        memory.pool().hold(idle);
        memory.pool().letGo(idle);
    }

    /** The adapter on the device, held until {@link #release}; null while it is not there. */
    @Nullable
    Placed acquire(Packed packed) {
        settle();
        var placed = adapters.get(packed);
        if (placed == null || !placed.hasEnded() || !arrived(packed, placed)) {
            return null;
        }
        if (placed.use()) {
            memory.pool().hold(placed.run());
            idleRanks -= placed.rank();
            usedRanks += placed.rank();
        }
        return placed;
    }

    private boolean arrived(Packed packed, Placed placed) {
        boolean there = false;
        try {
            there = placed.hasArrived();
        } finally {
            if (!there) {
                forget(packed);
                memory.pool().give(placed.run());
            }
        }
        return there;
    }

    void release(Placed placed) {
        if (placed.leave()) {
            memory.pool().letGo(placed.run());
            usedRanks -= placed.rank();
            idleRanks += placed.rank();
        }
    }

    /** Lanes for adapters of one layout, at least {@code count} of them; null when they do not fit beside what is held. */
    @Nullable
    RankLanes lanes(PlacedRanks like, int count, int most) {
        var found = lanes.stream()
                .filter(one -> one.layout().fits(like.layout()))
                .findFirst()
                .orElse(null);
        if (found != null && found.capacity() >= count) {
            touch(found.run());
            return found;
        }
        if (found != null) {
            memory.pool().give(found.run());
            drop(found);
        }
        int roomy = Math.min(most, Integer.highestOneBit(2 * count - 1));
        var made = lanes(like.layout(), roomy);
        return made == null ? lanes(like.layout(), count) : made;
    }

    private @Nullable RankLanes lanes(RankLayout layout, int capacity) {
        var place = new Lanes();
        var run = memory.takeRun((long) capacity * layout.width(), place);
        if (run == null) {
            return null;
        }
        var made = new RankLanes(layout, capacity, memory, run);
        place.lanes = made;
        memory.pool().letGo(run);
        lanes.add(made);
        return made;
    }

    private void drop(RankLanes gone) {
        lanes.remove(gone);
        gone.close();
    }

    /** Whose pages an adapter's are. */
    private final class Adapter implements PageRun.Owner {
        private final Packed packed;

        Adapter(Packed packed) {
            this.packed = packed;
        }

        @Override
        public void gone() {
            forget(packed);
            listener.evicted();
        }

        @Override
        public void moved() {
            Objects.requireNonNull(adapters.get(packed)).moved();
        }
    }

    /** Whose pages those of lanes are. */
    private final class Lanes implements PageRun.Owner {
        private @Nullable RankLanes lanes;

        @Override
        public void gone() {
            drop(Objects.requireNonNull(lanes));
        }

        @Override
        public void moved() {
            Objects.requireNonNull(lanes).moved();
        }
    }

    /** Ranks of adapters that rows use, and of those that are only kept. */
    int[] ranks() {
        return new int[] {usedRanks, idleRanks};
    }

    /** What lies in the pages is gone with them. */
    @Override
    public void close() {
        if (uploads != null) {
            uploads.close();
        }
        adapters.values().forEach(Placed::close);
        adapters.clear();
        coming.clear();
        lanes.forEach(RankLanes::close);
        lanes.clear();
        usedRanks = 0;
        idleRanks = 0;
    }
}
