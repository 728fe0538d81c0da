package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.HostRows;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Attention of rows of one new token each in host memory, block by block of the pages (Kwon et al. 2023), each of which is read
 * once, from end to end: products of the queries that share keys, and softmaxes that go on from block to block (Dao et al.
 * 2022). What it needs beside is the same however long a row is.
 */
final class HostAttention {
    /** Elements of a block of keys and values at most, so that they stay in a processor's cache. */
    private static final int BLOCK = 1 << 15;

    private final int own;
    private final int group;
    private final int size;
    private final float scale;
    private final int block;
    private final long[] windows;
    private @Nullable WeakReference<KvCache> known;
    private long[] layers = {};
    private long[] tables = {};
    private long[] positions = {};
    private long[] slots = {};
    private int width;

    HostAttention(DecoderConfig config, long[] windows) {
        this.own = config.keyValueHeads();
        this.group = config.heads() / own;
        this.size = config.headSize();
        this.scale = (float) (1 / Math.sqrt(size));
        this.windows = windows;
        this.block = Math.max(1, BLOCK / (int) token() / KvCache.PAGE) * KvCache.PAGE;
    }

    /** Pieces of work of a row. */
    int heads() {
        return own;
    }

    /** Elements that a thread needs beside what a step writes. */
    int room() {
        return Math.toIntExact(block * token()) + own * group * (block + 2);
    }

    void begin(StepPlan plan) {
        tables = plan.tables();
        positions = plan.positions();
        slots = plan.slots();
        width = plan.width();
        var cache = plan.cache();
        if (known == null || known.get() != cache) {
            try (var scope = Scope.open()) {
                var firsts = Kernels.callList("first_elements", cache.layers());
                layers = new long[firsts.size()];
                for (int layer = 0; layer < layers.length; layer++) {
                    layers[layer] = firsts.get(layer).address();
                }
                known = new WeakReference<>(cache);
            }
        }
    }

    /**
     * Turns queries and keys of some heads of keys of a row to the token's place, keeps keys and values in the row's page, and
     * computes what the queries see.
     *
     * @param first of the heads
     * @param heads how many
     * @param at {@link #room} elements
     */
    void attend(
            HostProducts products, HostRows rows, HostRoom room, int layer, int row, int first, int heads, long at) {
        long flat = room.address(HostRoom.FLAT, row);
        long turns = room.address(HostRoom.TURNS, row);
        long pages = layers[layer];
        long slot = after(pages, slots[row] * token());
        for (int head = first; head < first + heads; head++) {
            for (int i = 0; i < group; i++) {
                HostRows.turn(after(flat, (long) (head * group + i) * size), turns, size / 2);
            }
            long key = after(flat, (long) (own * group + head) * size);
            HostRows.turn(key, turns, size / 2);
            HostRows.copy(key, after(slot, (long) head * size), size);
            HostRows.copy(after(key, (long) own * size), after(slot, (long) (own + head) * size), size);
        }
        int end = (int) positions[row] + 1;
        int start = windows[layer] > 0 ? Math.max(0, end - (int) windows[layer]) : 0;
        long query = after(flat, (long) first * group * size);
        long seen = after(room.address(HostRoom.SEEN, row), (long) first * group * size);
        int queries = heads * group;
        long running = after(at, block * token());
        long scores = after(running, 2L * queries);
        HostRows.begin(running, queries);
        for (int from = start; from < end; from += block) {
            int count = Math.min(block, end - from);
            gather(pages, row, from, from + count, at);
            for (int i = 0; i < heads; i++) {
                long keys = after(at, (long) (first + i) * size);
                long part = after(query, (long) i * group * size);
                long target = after(scores, (long) i * group * count);
                products.turned(group, size, count, part, size, keys, (int) token(), 0, target, count);
            }
            rows.soften(scores, queries, count, scale, running, seen, size);
            float kept = from == start ? 0 : 1;
            for (int i = 0; i < heads; i++) {
                long values = after(at, (long) (own + first + i) * size);
                long shares = after(scores, (long) i * group * count);
                long target = after(seen, (long) i * group * size);
                products.plain(group, count, size, shares, count, values, (int) token(), kept, target, size);
            }
        }
        HostRows.end(running, queries, seen, size);
    }

    /** Keys and values of some of a row's tokens, one after the other. */
    private void gather(long pages, int row, int from, int end, long to) {
        int token = (int) token();
        for (int at = from; at < end; at = next(at, end)) {
            HostRows.copy(
                    after(pages, place(row, at) * token),
                    after(to, (long) (at - from) * token),
                    (next(at, end) - at) * token);
        }
    }

    /** Elements of a token in a page. */
    private long token() {
        return 2 * own * size;
    }

    /** Where a page ends, or what is seen does. */
    private static int next(int from, int end) {
        return Math.min(end, (from / KvCache.PAGE + 1) * KvCache.PAGE);
    }

    /** The slot of one of a row's tokens. */
    private long place(int row, int token) {
        return tables[row * width + token / KvCache.PAGE] * KvCache.PAGE + token % KvCache.PAGE;
    }

    private static long after(long address, long elements) {
        return address + elements * Float.BYTES;
    }
}
