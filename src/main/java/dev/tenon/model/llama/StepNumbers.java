package dev.tenon.model.llama;

import dev.tenon.model.KvCache;
import dev.tenon.model.StepPlan;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The numbers of a step as {@code kernels/step.py} takes them: {@code values} go to the device as one piece, {@code shape}
 * says how it is divided. Steps of equal {@code shape} launch the same kernels.
 */
record StepNumbers(long[] values, long[] shape) {
    /**
     * @param width pages in the table of each row of one new token, at least those of the plan
     * @param together whether rows that go on with several tokens are computed in one piece
     */
    static StepNumbers of(StepPlan plan, int width, boolean together) {
        long[] counts = plan.counts();
        long[] begun = Arrays.copyOf(counts, plan.begun());
        long[] more = Arrays.copyOfRange(counts, plan.begun(), together ? counts.length : plan.begun());
        long[] seen = seen(plan, more.length);
        long[] tables = tables(plan, width);
        long[] reads = reads(plan, seen);
        long[] moreBounds = more.length == 0 ? more : bounds(more);
        long[] seenBounds = more.length == 0 ? more : bounds(seen);
        var parts = List.of(
                plan.ids(),
                plan.positions(),
                plan.slots(),
                plan.lasts(),
                tables,
                bounds(begun),
                reads,
                moreBounds,
                seenBounds);
        long[] shape = {
            plan.singles(),
            width,
            begun.length,
            LongStream.of(begun).sum(),
            plan.ids().length,
            plan.lasts().length,
            tables.length,
            reads.length,
            LongStream.of(more).max().orElse(0),
            LongStream.of(seen).max().orElse(0)
        };
        return new StepNumbers(parts.stream().flatMapToLong(Arrays::stream).toArray(), shape);
    }

    /** How many tokens each of the last {@code rows} rows has once the step is done. */
    private static long[] seen(StepPlan plan, int rows) {
        long[] starts = plan.starts();
        long[] counts = plan.counts();
        var seen = new long[rows];
        for (int i = 0, row = counts.length - rows; i < rows; i++, row++) {
            seen[i] = starts[row] + counts[row];
        }
        return seen;
    }

    /** The slots of all these tokens; the tables of the rows that go on are the last ones. */
    private static long[] reads(StepPlan plan, long[] seen) {
        long[] tables = plan.tables();
        var reads = new long[Math.toIntExact(LongStream.of(seen).sum())];
        int entry = tables.length
                - LongStream.of(seen)
                        .mapToInt(length -> KvCache.pagesFor(Math.toIntExact(length)))
                        .sum();
        int at = 0;
        for (long length : seen) {
            for (int k = 0; k < length; k++) {
                reads[at++] = tables[entry + k / KvCache.PAGE] * KvCache.PAGE + k % KvCache.PAGE;
            }
            entry += KvCache.pagesFor(Math.toIntExact(length));
        }
        return reads;
    }

    /** The tables, those of rows of one new token as wide as this; page 0 stands where there is none. */
    private static long[] tables(StepPlan plan, int width) {
        long[] tables = plan.tables();
        int own = plan.singles() * plan.width();
        var wide = new long[plan.singles() * width + tables.length - own];
        for (int row = 0; row < plan.singles(); row++) {
            System.arraycopy(tables, row * plan.width(), wide, row * width, plan.width());
        }
        System.arraycopy(tables, own, wide, plan.singles() * width, tables.length - own);
        return wide;
    }

    private static long[] bounds(long[] lengths) {
        var bounds = new long[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            bounds[i + 1] = bounds[i] + lengths[i];
        }
        return bounds;
    }
}
