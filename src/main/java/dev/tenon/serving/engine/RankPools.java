package dev.tenon.serving.engine;

import dev.tenon.model.Network;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pools of all layouts within one byte budget. An adapter stays when its last row ends and goes, least recently used
 * first, when another needs the room. For one thread.
 */
final class RankPools implements AutoCloseable {
    private static final int FIRST_ROWS = 64;

    private final Network model;
    private final long budget;
    private final EngineListener listener;
    private final Map<RankLayout, RankPool> pools = new HashMap<>();
    private final Map<PackedRanks, Slot> slots = new LinkedHashMap<>();
    private long lastOwner;

    /** An adapter in a pool. */
    static final class Slot {
        final RankPool pool;
        final int[] rows;
        final long owner;
        int users;

        Slot(RankPool pool, int[] rows, long owner) {
            this.pool = pool;
            this.rows = rows;
            this.owner = owner;
        }
    }

    RankPools(Network model, long budget, EngineListener listener) {
        this.model = model;
        this.budget = budget;
        this.listener = listener;
    }

    /** Whether an adapter of this size could ever be taken. */
    boolean couldHold(PackedRanks packed) {
        return packed.rows().bytes() <= budget;
    }

    /** The adapter in its pool, held until {@link #release}; null while running ones take up the room. */
    @Nullable
    Slot acquire(PackedRanks packed) {
        Slot slot = slots.remove(packed);
        if (slot == null) {
            var pool = pools.computeIfAbsent(
                    packed.layout(), layout -> new RankPool(layout, model.type(), model.device()));
            if (!makeRoom(pool, packed.rank())) {
                return null;
            }
            long owner = ++lastOwner;
            slot = new Slot(pool, pool.put(packed, owner), owner);
            listener.loaded(packed.rows().bytes());
        }
        slot.users++;
        slots.put(packed, slot); // the most recent comes last
        return slot;
    }

    void release(Slot slot) {
        slot.users--;
    }

    private boolean makeRoom(RankPool pool, int rank) {
        if (pool.free() >= rank) {
            return true;
        }
        long others = bytes() - pool.bytes();
        int used = pool.capacity() - pool.free();
        int wanted = Math.max(Math.max(FIRST_ROWS, 2 * pool.capacity()), used + rank);
        int allowed = (int) Math.min(wanted, (budget - others) / pool.rowBytes());
        if (allowed < used + rank && others > 0) {
            dropIdlePools(pool);
            allowed = (int) Math.min(wanted, (budget - bytes() + pool.bytes()) / pool.rowBytes());
        }
        if (allowed >= used + rank && allowed > pool.capacity()) {
            pool.grow(allowed);
            return true;
        }
        return evict(pool, rank);
    }

    private void dropIdlePools(RankPool wanted) {
        pools.values().removeIf(pool -> {
            boolean busy =
                    pool == wanted || slots.values().stream().anyMatch(slot -> slot.pool == pool && slot.users > 0);
            if (!busy) {
                slots.values().removeIf(slot -> slot.pool == pool);
                pool.close();
            }
            return !busy;
        });
    }

    private boolean evict(RankPool pool, int rank) {
        int idle = slots.values().stream()
                .filter(slot -> slot.pool == pool && slot.users == 0)
                .mapToInt(slot -> slot.rows.length)
                .sum();
        if (pool.free() + idle < rank) {
            return false;
        }
        for (Iterator<Slot> all = slots.values().iterator(); pool.free() < rank; ) {
            Slot slot = all.next();
            if (slot.pool == pool && slot.users == 0) {
                pool.remove(slot.rows);
                all.remove();
                listener.evicted();
            }
        }
        return true;
    }

    long bytes() {
        return pools.values().stream().mapToLong(RankPool::bytes).sum();
    }

    /** Ranks in use and idle, and ranks that are free, of all pools. */
    int[] ranks() {
        int free = pools.values().stream().mapToInt(RankPool::free).sum();
        int all = pools.values().stream().mapToInt(RankPool::capacity).sum();
        return new int[] {all - free, free};
    }

    @Override
    public void close() {
        pools.values().forEach(RankPool::close);
        pools.clear();
        slots.clear();
    }
}
