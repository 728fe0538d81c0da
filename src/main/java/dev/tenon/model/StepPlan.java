package dev.tenon.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Where every new token of a step is and where it goes: rows of one new token first, then those that begin, then those
 * that go on with several, each group in the caller's order. It takes the pages that the tokens need; {@link #commit} counts them once they are written.
 */
public final class StepPlan {
    private final KvCache cache;
    private final List<RowTokens> rows = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<Span> lastSpans = new ArrayList<>();
    private final int singles;
    private final int begun;
    private final int width;
    private final long[] ids;
    private final long[] positions;
    private final long[] slots;
    private final long[] tables;
    private final long[] lasts;

    public StepPlan(List<RowTokens> given, KvCache cache) {
        this.cache = cache;
        given.stream().filter(row -> row.ids().length == 1).forEach(rows::add);
        singles = rows.size();
        var several = given.stream().filter(row -> row.ids().length != 1).toList();
        several.stream().filter(row -> cache.length(row.row()) == 0).forEach(rows::add);
        begun = rows.size() - singles;
        several.stream().filter(row -> cache.length(row.row()) != 0).forEach(rows::add);
        int total = rows.stream().mapToInt(row -> row.ids().length).sum();
        int widest = 0;
        int entries = 0;
        for (int i = 0; i < rows.size(); i++) {
            int length = cache.length(rows.get(i).row()) + rows.get(i).ids().length;
            if (!cache.reserve(rows.get(i).row(), length)) {
                throw new IllegalStateException(
                        "No page is free for row %d".formatted(rows.get(i).row()));
            }
            if (i < singles) {
                widest = Math.max(widest, KvCache.pagesFor(length));
            } else {
                entries += KvCache.pagesFor(length);
            }
        }
        width = widest;
        ids = new long[total];
        positions = new long[total];
        slots = new long[total];
        tables = new long[singles * width + entries];
        lay();
        lasts = lasts(given);
    }

    private void lay() {
        int at = 0;
        int entry = 0;
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            int start = cache.length(row.row());
            spans.add(new Span(at, row.ids().length, row.hooks()));
            for (int k = 0; k < row.ids().length; k++, at++) {
                int position = start + k;
                ids[at] = row.ids()[k];
                positions[at] = position;
                slots[at] = cache.slot(row.row(), position);
            }
            int pages = KvCache.pagesFor(start + row.ids().length);
            for (int page = 0; page < pages; page++) {
                tables[entry + page] = cache.place(row.row(), page);
            }
            entry += i < singles ? width : pages;
        }
    }

    private long[] lasts(List<RowTokens> given) {
        var found = new long[given.stream().mapToInt(RowTokens::wanted).sum()];
        int at = 0;
        for (RowTokens row : given) {
            if (row.wanted() > 0) {
                var span = spans.get(rows.indexOf(row));
                lastSpans.add(new Span(at, row.wanted(), row.hooks()));
                for (int i = 0; i < row.wanted(); i++) {
                    found[at++] = (long) span.start() + span.count() - row.wanted() + i;
                }
            }
        }
        return found;
    }

    /** Counts the new tokens. */
    public void commit() {
        rows.forEach(row -> cache.grow(row.row(), row.ids().length));
    }

    public KvCache cache() {
        return cache;
    }

    /** Rows of one new token. */
    public int singles() {
        return singles;
    }

    /** Rows of several new tokens and none before. */
    public int begun() {
        return begun;
    }

    /** Pages in the table of each row of one new token; missing ones are page 0. */
    public int width() {
        return width;
    }

    /** Token ids in the order of the batch; negative ones are virtual. */
    public long[] ids() {
        return ids;
    }

    public long[] positions() {
        return positions;
    }

    /** Where every token lies in {@link KvCache#layers}, counted in tokens. */
    public long[] slots() {
        return slots;
    }

    /** The tables of all rows end to end, with the numbers of pages as they stand in {@link KvCache#layers}. */
    public long[] tables() {
        return tables;
    }

    /** The position of the new token of every single row. */
    public long[] ends() {
        var ends = new long[singles];
        System.arraycopy(positions, 0, ends, 0, singles);
        return ends;
    }

    /** New tokens of every other row. */
    public long[] counts() {
        return rows.stream().skip(singles).mapToLong(row -> row.ids().length).toArray();
    }

    /** Tokens of every other row before this step. */
    public long[] starts() {
        return spans.stream()
                .skip(singles)
                .mapToLong(span -> positions[span.start()])
                .toArray();
    }

    /** Which tokens' logits are wanted, in the caller's order of rows. */
    public long[] lasts() {
        return lasts;
    }

    /** All tokens by row. */
    public List<Span> spans() {
        return spans;
    }

    /** The tokens of {@link #lasts}, laid end to end. */
    public List<Span> lastSpans() {
        return lastSpans;
    }
}
