package dev.tenon.serving.engine;

import dev.tenon.model.Network;
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
    private final Network model;
    private final long budget;
    private final EngineListener listener;
    private final Map<PackedRanks, DeviceRanks> adapters = new LinkedHashMap<>();
    private final List<RankLanes> lanes = new ArrayList<>();
    // counted as they come and go: there may be thousands, and every step asks
    private long held;
    private int usedRanks;
    private int idleRanks;

    RankCache(Network model, long budget, EngineListener listener) {
        this.model = model;
        this.budget = budget;
        this.listener = listener;
    }

    /** Whether an adapter of this size could ever be taken. */
    boolean couldHold(PackedRanks packed) {
        return packed.bytes() <= budget;
    }

    /** The adapter on the device, held until {@link #release}; null while running ones take up the room. */
    @Nullable
    DeviceRanks acquire(PackedRanks packed) {
        DeviceRanks ranks = adapters.remove(packed);
        if (ranks == null) {
            if (!makeRoom(packed.bytes()) && !dropLanesFor(packed.bytes())) {
                return null;
            }
            ranks = new DeviceRanks(packed, model.device());
            held += ranks.bytes();
            idleRanks += ranks.layout().rank();
            listener.loaded(packed.bytes());
        }
        if (ranks.users++ == 0) {
            idleRanks -= ranks.layout().rank();
            usedRanks += ranks.layout().rank();
        }
        adapters.put(packed, ranks); // the most recent comes last
        return ranks;
    }

    void release(DeviceRanks ranks) {
        if (--ranks.users == 0) {
            usedRanks -= ranks.layout().rank();
            idleRanks += ranks.layout().rank();
        }
    }

    private boolean makeRoom(long wanted) {
        for (Iterator<DeviceRanks> all = adapters.values().iterator(); bytes() + wanted > budget && all.hasNext(); ) {
            DeviceRanks one = all.next();
            if (one.users == 0) {
                all.remove();
                held -= one.bytes();
                idleRanks -= one.layout().rank();
                one.close();
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
        adapters.values().forEach(DeviceRanks::close);
        adapters.clear();
        held = 0;
        usedRanks = 0;
        idleRanks = 0;
        dropLanesFor(0);
    }
}
