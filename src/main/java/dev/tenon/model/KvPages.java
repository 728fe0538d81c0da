package dev.tenon.model;

import java.util.function.BooleanSupplier;

/**
 * Which pages of a pool are free and how many hold each of the others. Page 0 is never given away: it stands in tables
 * where a sequence has no page. Not for several threads at once.
 */
public final class KvPages {
    private final int[] holders;
    private final int[] free;
    private int freeCount;
    private BooleanSupplier reclaim = () -> false;

    KvPages(int pages) {
        holders = new int[pages + 1];
        free = new int[pages];
        for (int page = pages; page >= 1; page--) {
            free[freeCount++] = page;
        }
    }

    /** Asked when no page is free: gives one up that nobody needs and says so, or false. */
    public void reclaimWith(BooleanSupplier source) {
        reclaim = source;
    }

    /** A page with one holder, or 0 when there is none. */
    int take() {
        if (freeCount == 0 && !reclaim.getAsBoolean()) {
            return 0;
        }
        int page = free[--freeCount];
        holders[page] = 1;
        return page;
    }

    /** One holder more of a page in use. */
    public void retain(int page) {
        if (holders[page] == 0) {
            throw new IllegalStateException("Page %d is free".formatted(page));
        }
        holders[page]++;
    }

    /** One holder less; the last one frees the page. */
    public void release(int page) {
        if (holders[page] == 0) {
            throw new IllegalStateException("Page %d is free already".formatted(page));
        }
        if (--holders[page] == 0) {
            free[freeCount++] = page;
        }
    }

    public int holders(int page) {
        return holders[page];
    }

    public int free() {
        return freeCount;
    }

    public int total() {
        return free.length;
    }
}
