package dev.tenon.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a memory are empty and who holds each of the others. Sequences take single pages, which several may share;
 * everything else, adapters above all, takes a {@link PageRun}. Both may be kept when nobody holds them any more, until
 * their room is needed: of all, whatever nobody has held for longest goes first. So memory goes to whoever needs it (Sheng
 * et al. 2023, S-LoRA, unified paging). Sequences begin at the lowest pages and runs at the highest, and where too few pages
 * lie together, those of sequences move, and in the end runs as well. Page 0 is never given away: it stands in tables where a sequence has no page. Not
 * for several threads at once.
 */
public final class PagePool {
    /** Hears of what happens to pages that sequences hold or that are kept of them. */
    public interface Listener {
        /** A page is kept no longer. */
        void forgotten(int page);

        /** The content of these pages is in those now. */
        void moved(int[] from, int[] to);
    }

    /** Moves the content of pages, the lowest first of those whose numbers are all different, and corrects tables. */
    @FunctionalInterface
    interface Mover {
        void move(int[] from, int[] to);
    }

    private final Mover mover;
    private final int[] holders;
    private final boolean[] kept;
    private final long[] since;
    private final @Nullable PageRun[] runs;
    private final BitSet empty = new BitSet();
    private final LinkedHashSet<Integer> idlePages = new LinkedHashSet<>();
    private final LinkedHashSet<PageRun> idleRuns = new LinkedHashSet<>();
    private int emptyCount;
    private int inRuns;
    private int inIdleRuns;
    private long clock;
    private @Nullable Listener listener;

    PagePool(int pages, Mover mover) {
        this.mover = mover;
        holders = new int[pages + 1];
        kept = new boolean[pages + 1];
        since = new long[pages + 1];
        runs = new PageRun[pages + 1];
        empty.set(1, pages + 1);
        emptyCount = pages;
    }

    /** There is one listener. */
    public void listen(Listener listener) {
        this.listener = listener;
    }

    /** A page with one holder, or 0 when all are held. */
    int take() {
        if (emptyCount == 0 && !loseOldest()) {
            return 0;
        }
        int page = empty.nextSetBit(1);
        fill(page);
        holders[page] = 1;
        return page;
    }

    private boolean loseOldest() {
        if (idlePages.isEmpty() && idleRuns.isEmpty()) {
            return false;
        }
        if (idleRuns.isEmpty() || (!idlePages.isEmpty() && oldestPage() < oldestRun())) {
            forget(idlePages.getFirst());
        } else {
            evict(idleRuns.getFirst());
        }
        return true;
    }

    private long oldestPage() {
        return idlePages.isEmpty() ? Long.MAX_VALUE : since[idlePages.getFirst()];
    }

    private long oldestRun() {
        return idleRuns.isEmpty() ? Long.MAX_VALUE : since[idleRuns.getFirst().first()];
    }

    private void fill(int page) {
        empty.clear(page);
        emptyCount--;
    }

    private void clear(int page) {
        since[page] = 0;
        empty.set(page);
        emptyCount++;
    }

    private void forget(int page) {
        idlePages.remove(page);
        kept[page] = false;
        clear(page);
        if (listener != null) {
            listener.forgotten(page);
        }
    }

    private void evict(PageRun run) {
        give(run);
        run.owner().gone();
    }

    /** A page that somebody holds stays when nobody does. */
    public void keep(int page) {
        requireHeld(page);
        kept[page] = true;
    }

    /** One holder more of a page that is held or kept. */
    void retain(int page) {
        if (idlePages.remove(page)) {
            since[page] = 0;
        } else {
            requireHeld(page);
        }
        holders[page]++;
    }

    /** One holder less; without any a page is free. */
    void release(int page) {
        requireHeld(page);
        if (--holders[page] == 0) {
            if (kept[page]) {
                idlePages.add(page);
                since[page] = ++clock;
            } else {
                clear(page);
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

    /**
     * Pages in a row, held, which stay where they are until they are let go of for the first time; null where what others hold
     * leaves no room for them.
     */
    public @Nullable PageRun takeRun(int count, PageRun.Owner owner) {
        int first = place(count);
        if (first == 0) {
            return null;
        }
        var run = new PageRun(first, count, owner);
        occupy(run);
        return run;
    }

    private int place(int count) {
        if (emptyCount < count
                && oldestRun() < oldestPage()
                && idleRuns.getFirst().count() >= count) {
            return idleRuns.getFirst().first(); // the most frequent case, as most adapters are of one size
        }
        if (count < 1 || count > free()) {
            return 0;
        }
        int found = search(count);
        if (found > 0) {
            return found;
        }
        boolean lost = true;
        while (lost && emptyCount < count) {
            lost = loseOldest();
        }
        pushTogether();
        return search(count);
    }

    private int search(int count) {
        int idle = idlePages.size() + inIdleRuns;
        return new RunSearch(since, holders, emptyCount, idle, Math.min(oldestPage(), oldestRun())).first(count);
    }

    /** Runs move to the highest pages, so that no room is left between them. */
    private void pushTogether() {
        int end = holders.length;
        for (int page = total(); page > 0; page--) {
            var run = runs[page];
            if (run != null) {
                page = run.first();
                if (!run.isFixed() && run.end() < end) {
                    push(run, end - run.count());
                }
                end = run.first();
            }
        }
    }

    /** Moves a run up; what sequences have there takes its place. */
    private void push(PageRun run, int target) {
        long time = since[run.first()];
        var moves = new TreeMap<Integer, Integer>();
        for (int i = 0; i < run.count(); i++) {
            moves.put(run.first() + i, target + i);
        }
        int vacated = run.first();
        for (int page = Math.max(target, run.end()); page < target + run.count(); page++) {
            if (empty.get(page)) {
                fill(page);
                clear(vacated);
            } else {
                moves.put(page, vacated);
                hand(page, vacated);
            }
            runs[vacated] = null;
            vacated++;
        }
        run.lieAt(target);
        Arrays.fill(runs, run.first(), run.end(), run);
        mark(run, time);
        move(moves);
        run.owner().moved();
    }

    /** What is said of a page is said of another from now on. */
    private void hand(int from, int to) {
        holders[to] = holders[from];
        kept[to] = kept[from];
        since[to] = 0;
        if (idlePages.remove(from)) {
            idlePages.add(to);
            since[to] = ++clock;
        }
        holders[from] = 0;
        kept[from] = false;
    }

    private void move(SortedMap<Integer, Integer> moves) {
        int[] from = moves.keySet().stream().mapToInt(Integer::intValue).toArray();
        int[] to = moves.values().stream().mapToInt(Integer::intValue).toArray();
        mover.move(from, to);
        if (listener != null) {
            listener.moved(from, to);
        }
    }

    private void occupy(PageRun run) {
        var moving = new ArrayList<Integer>();
        for (int page = run.first(); page < run.end(); page++) {
            var before = runs[page];
            if (before != null) {
                evict(before);
            } else if (idlePages.contains(page)) {
                forget(page);
            }
            if (holders[page] > 0) {
                moving.add(page);
            } else {
                fill(page);
            }
        }
        if (!moving.isEmpty()) {
            var moves = new TreeMap<Integer, Integer>();
            for (int page : moving) {
                int to = take();
                hand(page, to);
                moves.put(page, to);
            }
            move(moves);
        }
        Arrays.fill(runs, run.first(), run.end(), run);
        mark(run, RunSearch.IN_USE);
        inRuns += run.count();
    }

    /** Nobody holds a run any more; it stays until its room is needed. */
    public void letGo(PageRun run) {
        requireThere(run);
        if (!idleRuns.add(run)) {
            throw new IllegalStateException("Nobody holds the run at page %d".formatted(run.first()));
        }
        run.loosen();
        inIdleRuns += run.count();
        mark(run, ++clock);
    }

    private void requireThere(PageRun run) {
        if (runs[run.first()] != run) {
            throw new IllegalStateException("The run at page %d is gone".formatted(run.first()));
        }
    }

    /** Holds a run that was let go of and has not gone. */
    public void hold(PageRun run) {
        if (!idleRuns.remove(run)) {
            throw new IllegalStateException("The run at page %d is not idle".formatted(run.first()));
        }
        inIdleRuns -= run.count();
        mark(run, RunSearch.IN_USE);
    }

    private void mark(PageRun run, long time) {
        Arrays.fill(since, run.first(), run.end(), time);
    }

    /** Gives a run back, held or not. */
    public void give(PageRun run) {
        requireThere(run);
        if (idleRuns.remove(run)) {
            inIdleRuns -= run.count();
        }
        inRuns -= run.count();
        for (int page = run.first(); page < run.end(); page++) {
            runs[page] = null;
            clear(page);
        }
    }

    /** Pages that nobody holds, those that are kept among them. */
    public int free() {
        return emptyCount + idlePages.size() + inIdleRuns;
    }

    /** What the pages are in use for. */
    public PageUse use() {
        int pages = idlePages.size();
        return new PageUse(total() - emptyCount - pages - inRuns, pages, inRuns - inIdleRuns, inIdleRuns, emptyCount);
    }

    public int total() {
        return holders.length - 1;
    }
}
