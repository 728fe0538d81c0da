package dev.tenon.model.llama;

import dev.tenon.model.KvCache;
import dev.tenon.model.Span;
import dev.tenon.model.StepPlan;
import java.util.List;

/**
 * The numbers of a step as its recording takes them: ids {@code [tokens]}, positions {@code [tokens]}, slots {@code
 * [tokens]}, the tokens whose logits are wanted {@code [wanted]}, the tiles of adapters and those of rows, and the pages of
 * each of the latter {@code [tiles of rows, pages]}. A token too many is written to page 0, which is no row's.
 */
record CardNumbers(CardStep.Kind kind) {
    int positions() {
        return kind.tokens();
    }

    int slots() {
        return 2 * kind.tokens();
    }

    int wanted() {
        return 3 * kind.tokens();
    }

    int ofAdapters() {
        return wanted() + kind.wanted();
    }

    int ofRows() {
        return ofAdapters() + kind.ofAdapters().count();
    }

    int tables() {
        return ofRows() + kind.ofRows().count();
    }

    long[] of(StepPlan plan, List<CardTile> ofAdapters, List<CardTile> ofRows) {
        var numbers = new long[tables() + kind.ofRows().count() * kind.pages()];
        System.arraycopy(plan.ids(), 0, numbers, 0, plan.ids().length);
        System.arraycopy(plan.positions(), 0, numbers, positions(), plan.ids().length);
        System.arraycopy(plan.slots(), 0, numbers, slots(), plan.ids().length);
        System.arraycopy(plan.lasts(), 0, numbers, wanted(), plan.lasts().length);
        lay(ofAdapters, numbers, ofAdapters());
        lay(ofRows, numbers, ofRows());
        layTables(plan, ofRows, numbers);
        return numbers;
    }

    private static void lay(List<CardTile> tiles, long[] numbers, int at) {
        for (int tile = 0; tile < tiles.size(); tile++) {
            numbers[at + tile] = tiles.get(tile).packed();
        }
    }

    /** Tiles of a row have its pages. */
    private void layTables(StepPlan plan, List<CardTile> ofRows, long[] numbers) {
        int tile = 0;
        int entry = 0;
        for (int row = 0; row < plan.spans().size(); row++) {
            Span span = plan.spans().get(row);
            int pages = pages(plan, span);
            for (; tile < ofRows.size() && ofRows.get(tile).first() < span.start() + span.count(); tile++) {
                System.arraycopy(plan.tables(), entry, numbers, tables() + tile * kind.pages(), pages);
            }
            entry += row < plan.singles() ? plan.width() : pages;
        }
    }

    /** Pages of the longest row. */
    static int mostPages(StepPlan plan) {
        return plan.spans().stream().mapToInt(span -> pages(plan, span)).max().orElse(1);
    }

    private static int pages(StepPlan plan, Span span) {
        return KvCache.pagesFor(Math.toIntExact(plan.positions()[span.start()]) + span.count());
    }
}
