package dev.tenon.model;

import org.jspecify.annotations.Nullable;

/**
 * Looks for pages in a row that can be had at the least loss: what nobody holds is lost with them, what a sequence holds has
 * to move elsewhere. It walks over all pages once.
 *
 * @param since when a page was last let go of: 0 where it is empty or a sequence's, {@link #IN_USE} where it can neither be
 *     lost nor moved
 * @param holders sequences that hold a page
 * @param empty pages
 * @param idle pages that hold something nobody holds
 * @param oldest of the idle ones, when it was let go of
 */
record RunSearch(long[] since, int[] holders, int empty, int idle, long oldest) {
    static final long IN_USE = Long.MAX_VALUE;

    /** A place, what is the last used that is lost by taking it, and how many pages have to move. */
    private record Place(int first, long loss, int moves) {
        boolean isBetterThan(@Nullable Place other) {
            return other == null || loss < other.loss || (loss == other.loss && moves < other.moves);
        }
    }

    /** The first of {@code count} pages, those with the highest numbers among equally good ones; 0 where there are none. */
    int first(int count) {
        int total = since.length - 1;
        @Nullable Place best = null;
        var peaks = new int[total]; // pages of the window of which none that comes after was let go of later
        int head = 0;
        int tail = 0;
        int held = 0;
        int free = 0;
        for (int page = total; page >= 1; page--) {
            held += holders[page] > 0 ? 1 : 0;
            free += isEmpty(page) ? 1 : 0;
            while (tail > head && since[peaks[tail - 1]] <= since[page]) {
                tail--;
            }
            peaks[tail++] = page;
            int beyond = page + count;
            if (beyond <= total) {
                held -= holders[beyond] > 0 ? 1 : 0;
                free -= isEmpty(beyond) ? 1 : 0;
                head += peaks[head] == beyond ? 1 : 0;
            }
            long loss = since[peaks[head]];
            if (beyond <= total + 1 && loss < IN_USE && held <= empty + idle - (count - held)) {
                // where those that move find no empty page, something else has to go
                var place = new Place(page, held <= empty - free ? loss : Math.max(loss, oldest), held);
                if (place.loss == 0 && place.moves == 0) {
                    return place.first;
                }
                best = place.isBetterThan(best) ? place : best;
            }
        }
        return best == null ? 0 : best.first;
    }

    private boolean isEmpty(int page) {
        return holders[page] == 0 && since[page] == 0;
    }
}
