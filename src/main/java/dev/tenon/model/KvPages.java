package dev.tenon.model;

import java.util.LinkedHashSet;
import java.util.function.IntConsumer;

/**
 * Which pages of a pool are free and how many hold each of the others. A page may be kept when nobody holds it any more, until
 * its room is needed: of those, the one that nobody has held for longest goes first. Page 0 is never given away: it stands in
 * tables where a sequence has no page. Every call takes the same time, however many pages there are. Not for several threads
 * at once.
 */
public final class KvPages {
    private final int[] holders;
    private final boolean[] kept;
    private final int[] empty;
    private int emptyCount;
    private final LinkedHashSet<Integer> idle = new LinkedHashSet<>();
    private IntConsumer forgotten = page -> {};

    KvPages(int pages) {
        holders = new int[pages + 1];
        kept = new boolean[pages + 1];
        empty = new int[pages];
        for (int page = pages; page >= 1; page--) {
            empty[emptyCount++] = page;
        }
    }

    /** Hears of every page that is kept no longer. */
    public void onForgotten(IntConsumer listener) {
        forgotten = listener;
    }

    /** A page with one holder, or 0 when all are held. */
    int take() {
        if (emptyCount == 0 && idle.isEmpty()) {
            return 0;
        }
        int page = emptyCount > 0 ? empty[--emptyCount] : forget(idle.removeFirst());
        holders[page] = 1;
        return page;
    }

    private int forget(int page) {
        kept[page] = false;
        forgotten.accept(page);
        return page;
    }

    /** A page that somebody holds stays when nobody does. */
    public void keep(int page) {
        requireHeld(page);
        kept[page] = true;
    }

    /** One holder more of a page that is held or kept. */
    void retain(int page) {
        if (!idle.remove(page)) {
            requireHeld(page);
        }
        holders[page]++;
    }

    /** One holder less; without any a page is free. */
    void release(int page) {
        requireHeld(page);
        if (--holders[page] == 0) {
            if (kept[page]) {
                idle.add(page);
            } else {
                empty[emptyCount++] = page;
            }
        }
    }

    private void requireHeld(int page) {
        if (holders[page] == 0) {
            throw new IllegalStateException("Nobody holds page %d".formatted(page));
        }
    }

    /** Whether others than one holder read a page, or may do so. */
    boolean isShared(int page) {
        return holders[page] > 1 || kept[page];
    }

    /** Pages that nobody holds, those that are kept among them. */
    public int free() {
        return emptyCount + idle.size();
    }

    /** Of the free ones, those that are kept. */
    public int idle() {
        return idle.size();
    }

    public int total() {
        return empty.length;
    }
}
