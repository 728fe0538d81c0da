package dev.tenon.serving.engine;

import dev.tenon.model.Network;
import dev.tenon.tensor.Uploads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adapters on the device within one byte budget. An adapter stays when its last row ends and goes, least recently
 * used first, when another needs the room. What is left of the budget may hold copies side by side, which only make steps
 * faster. For one thread.
 */
final class RankCache implements AutoCloseable {
    /** More on their way at once would only keep memory longer. */
    static final int MOST_COMING = 4;

    private final Network model;
    private final long budget;
    private final EngineListener listener;
    private final @Nullable Uploads uploads;
    private final Map<PackedRanks, DeviceRanks> adapters = new LinkedHashMap<>();
    private final List<RankLanes> lanes = new ArrayList<>();
    private final List<DeviceRanks> coming = new ArrayList<>();
    // counted as they come and go: there may be thousands, and every step asks
    private long held;
    private long used;
    private int usedRanks;
    private int idleRanks;

    /** @param uploads that bring adapters while others are computed; without, who acquires one waits for it */
    RankCache(Network model, long budget, EngineListener listener, @Nullable Uploads uploads) {
        this.model = model;
        this.budget = budget;
        this.listener = listener;
        this.uploads = uploads;
    }

    /** Whether an adapter of this size could ever be taken. */
    boolean couldHold(PackedRanks packed) {
        return packed.bytes() <= budget;
    }

    /** Whether an adapter is on the device and need not be waited for. */
    boolean holds(PackedRanks packed) {
        var ranks = adapters.get(packed);
        return ranks != null && ranks.hasEnded();
    }

    /**
     * Begins to bring an adapter to the device where it is not there, there is room and not too many are on their way; false where
     * it cannot come now because running ones take up the room.
     */
    boolean bring(PackedRanks packed) {
        coming.removeIf(DeviceRanks::hasEnded);
        if (adapters.containsKey(packed) || coming.size() >= MOST_COMING) {
            return true;
        }
        if (!makeRoom(packed.bytes()) && !dropLanesFor(packed.bytes())) {
            return false;
        }
        var ranks = new DeviceRanks(packed, model.device(), uploads);
        held += ranks.bytes();
        idleRanks += ranks.layout().rank();
        adapters.put(packed, ranks);
        coming.add(ranks);
        listener.loaded(packed.bytes());
        return true;
    }

    /** Whether anything can come while others are computed. */
    boolean bringsAhead() {
        return uploads != null;
    }

    /**
     * Begins to bring those that are wanted next, as far as all of them have room beside the used ones, so that none of them
     * pushes out another.
     */
    void bringAhead(List<PackedRanks> next) {
        long wanted = used;
        for (PackedRanks packed : next) {
            var there = adapters.get(packed);
            wanted += there != null && there.users > 0 ? 0 : packed.bytes();
            if (wanted > budget) {
                return;
            }
            if (there != null) {
                touch(packed, there);
            } else if (!bring(packed)) {
                return;
            }
        }
    }

    private void touch(PackedRanks packed, DeviceRanks ranks) {
        adapters.remove(packed);
        adapters.put(packed, ranks); // the most recent comes last
    }

    /** The adapter on the device, held until {@link #release}; null while it is not there. */
    @Nullable
    DeviceRanks acquire(PackedRanks packed) {
        var ranks = adapters.get(packed);
        if (ranks == null || !ranks.hasEnded() || !arrived(packed, ranks)) {
            return null;
        }
        if (ranks.users++ == 0) {
            idleRanks -= ranks.layout().rank();
            usedRanks += ranks.layout().rank();
            used += ranks.bytes();
        }
        touch(packed, ranks);
        return ranks;
    }

    private boolean arrived(PackedRanks packed, DeviceRanks ranks) {
        boolean there = false;
        try {
            there = ranks.hasArrived();
        } finally {
            if (!there) {
                adapters.remove(packed);
                forget(ranks);
            }
        }
        return there;
    }

    private void forget(DeviceRanks idle) {
        held -= idle.bytes();
        idleRanks -= idle.layout().rank();
        idle.close();
    }

    void release(DeviceRanks ranks) {
        if (--ranks.users == 0) {
            usedRanks -= ranks.layout().rank();
            idleRanks += ranks.layout().rank();
            used -= ranks.bytes();
        }
    }

    private boolean makeRoom(long wanted) {
        for (Iterator<DeviceRanks> all = adapters.values().iterator(); bytes() + wanted > budget && all.hasNext(); ) {
            DeviceRanks one = all.next();
            if (one.users == 0 && one.hasEnded()) {
                all.remove();
                forget(one);
                listener.evicted();
            }
        }
        return bytes() + wanted <= budget;
    }

    private boolean dropLanesFor(long wanted) {
        lanes.forEach(RankLanes::close);
        lanes.clear();
        return bytes() + wanted <= budget;
    }

    /** Lanes for adapters of one layout, at least {@code count} of them; null when they do not fit beside what is used. */
    @Nullable
    RankLanes lanes(DeviceRanks like, int count, int most) {
        RankLanes found = lanes.stream()
                .filter(one -> one.layout().fits(like.layout()))
                .findFirst()
                .orElseGet(() -> new RankLanes(like.layout()));
        if (found.capacity() < count) {
            lanes.remove(found);
            found.close();
            int roomy = Math.min(most, Integer.highestOneBit(2 * count - 1));
            int capacity = makeRoom(roomy * like.bytes()) ? roomy : count;
            if (!makeRoom(capacity * like.bytes())) {
                return null;
            }
            found.grow(capacity, like);
            lanes.add(found);
        }
        return found;
    }

    private long bytes() {
        return held + lanes.stream().mapToLong(RankLanes::bytes).sum();
    }

    /** Ranks of adapters that rows use, and of those that are only kept. */
    int[] ranks() {
        return new int[] {usedRanks, idleRanks};
    }

    @Override
    public void close() {
        if (uploads != null) {
            uploads.close();
        }
        adapters.values().forEach(DeviceRanks::close);
        adapters.clear();
        coming.clear();
        held = 0;
        used = 0;
        usedRanks = 0;
        idleRanks = 0;
        dropLanesFor(0);
    }
}
