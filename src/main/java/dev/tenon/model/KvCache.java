package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keys and values of sequences that grow, in pages of a {@link PageMemory}, a token's keys before its values, so that one
 * write and one read serve both. A sequence (a row) has a table of pages and takes them as it grows; several may share full
 * pages (Kwon et al. 2023, PagedAttention).
 */
public final class KvCache implements AutoCloseable {
    /** Tokens of a page. */
    public static final int PAGE = 16;

    private final Scope scope = Scope.detached();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final Set<Runnable> closing = ConcurrentHashMap.newKeySet();
    private final PageMemory memory;
    private final int[][] tables;
    private final int[] counts;
    private final int[] lengths;
    private final int capacity;

    /**
     * Makes the memory.
     *
     * @param rows the most sequences at once
     * @param capacity the most tokens of one sequence
     * @param pages of all of them together, and of whatever else lies beside them
     */
    public KvCache(DecoderConfig config, Device device, DType type, int rows, int capacity, int pages) {
        this.tables = new int[rows][pagesFor(capacity)];
        this.counts = new int[rows];
        this.lengths = new int[rows];
        this.capacity = capacity;
        this.memory = new PageMemory(config, device, type, pages, this::correct);
        int heads = config.keyValueHeads();
        try (var building = Scope.open()) {
            for (int layer = 0; layer < config.layers(); layer++) {
                keys.add(scope.own(memory.layer(layer).slice(2, 0, heads)));
                values.add(scope.own(memory.layer(layer).slice(2, heads, 2L * heads)));
            }
        }
    }

    private void correct(int[] from, int[] to) {
        for (int row = 0; row < tables.length; row++) {
            for (int i = 0; i < counts[row]; i++) {
                int moved = Arrays.binarySearch(from, tables[row][i]); // they come in ascending order
                tables[row][i] = moved < 0 ? tables[row][i] : to[moved];
            }
        }
    }

    public static int pagesFor(int tokens) {
        return (tokens + PAGE - 1) / PAGE;
    }

    /** Bytes of one page with all its layers. */
    public static long pageBytes(DecoderConfig config, DType type) {
        return PageMemory.elements(config) * type.bytes();
    }

    public int rows() {
        return lengths.length;
    }

    /** Most tokens of one row. */
    public int capacity() {
        return capacity;
    }

    /** Where the pages lie. */
    public PageMemory memory() {
        return memory;
    }

    /** Tokens in a row so far. */
    public int length(int row) {
        return lengths[row];
    }

    /** The pages of a row; those it has beyond its length come last. */
    public int[] table(int row) {
        return Arrays.copyOf(tables[row], counts[row]);
    }

    /** The number by which kernels find a page of a row in {@link #layers}. */
    long place(int row, int index) {
        return (long) tables[row][index] * memory.stride();
    }

    /** Where kernels find a token of a row in {@link #layers}, counted in tokens. */
    public long slot(int row, int position) {
        return place(row, position / PAGE) * PAGE + position % PAGE;
    }

    /** Takes pages so that a row may have this many tokens; false when there are not enough, and those taken stay. */
    public boolean reserve(int row, int length) {
        if (length > capacity) {
            throw new IllegalArgumentException(
                    "Row %d has %d tokens and room for %d, not for %d".formatted(row, lengths[row], capacity, length));
        }
        while (counts[row] * PAGE < length) {
            int page = memory.take();
            if (page == 0) {
                return false;
            }
            tables[row][counts[row]++] = page;
        }
        return true;
    }

    /** Says that a row's next tokens have been written; the model calls it. */
    public void grow(int row, int tokens) {
        if (!reserve(row, lengths[row] + tokens)) {
            throw new IllegalStateException("No page is free for row %d".formatted(row));
        }
        lengths[row] += tokens;
    }

    /** Begins an empty row with full pages that others hold too. */
    public void share(int row, int[] pages) {
        if (counts[row] > 0) {
            throw new IllegalStateException("Row %d is not empty".formatted(row));
        }
        for (int page : pages) {
            memory.pool().retain(page);
            tables[row][counts[row]++] = page;
        }
        lengths[row] = pages.length * PAGE;
    }

    /** Forgets a row's tokens beyond {@code length} and gives their pages back. */
    public void truncate(int row, int length) {
        if (length < lengths[row] && length % PAGE != 0 && memory.pool().isShared(tables[row][length / PAGE])) {
            throw new IllegalStateException("Row %d shares the page of token %d".formatted(row, length));
        }
        lengths[row] = Math.min(lengths[row], length);
        while (counts[row] > pagesFor(lengths[row])) {
            memory.pool().release(tables[row][--counts[row]]);
        }
    }

    /** {@code [units, 16, heads, size]} of one layer. */
    public Tensor keys(int layer) {
        return keys.get(layer);
    }

    /** {@code [units, 16, heads, size]} of one layer. */
    public Tensor values(int layer) {
        return values.get(layer);
    }

    /** {@code [units, 16, 2 heads, size]} of every layer, see {@link PageMemory}. */
    public TensorList layers() {
        return memory.layers();
    }

    /** Something to do before the memory goes: whoever holds on to its addresses lets go of them. */
    public void beforeClosing(Runnable task) {
        closing.add(task);
    }

    /** Takes back what was asked of {@link #beforeClosing}. */
    public void notBeforeClosing(Runnable task) {
        closing.remove(task);
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
        scope.close();
        memory.close();
    }
}
