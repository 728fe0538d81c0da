package dev.tenon.model.llama;

import dev.tenon.model.KvCache;
import dev.tenon.model.Span;
import dev.tenon.model.StepPlan;

/**
 * The numbers of a step as its recording takes them, one token after the other: ids {@code [tokens]}, positions {@code
 * [tokens]}, slots {@code [tokens]}, the tokens whose logits are wanted {@code [wanted]}, and the pages of each token's row
 * {@code [tokens, pages]}. A token too many is written to page 0, which is no row's.
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

    int tables() {
        return wanted() + kind.wanted();
    }

    long[] of(StepPlan plan) {
        var numbers = new long[tables() + kind.tokens() * kind.pages()];
        System.arraycopy(plan.ids(), 0, numbers, 0, plan.ids().length);
        System.arraycopy(plan.positions(), 0, numbers, positions(), plan.ids().length);
        System.arraycopy(plan.slots(), 0, numbers, slots(), plan.ids().length);
        System.arraycopy(plan.lasts(), 0, numbers, wanted(), plan.lasts().length);
        int entry = 0;
        for (int row = 0; row < plan.spans().size(); row++) {
            Span span = plan.spans().get(row);
            int pages = pages(plan, span);
            for (int token = span.start(); token < span.start() + span.count(); token++) {
                System.arraycopy(plan.tables(), entry, numbers, tables() + token * kind.pages(), pages);
            }
            entry += row < plan.singles() ? plan.width() : pages;
        }
        return numbers;
    }

    /** Pages of the longest row. */
    static int mostPages(StepPlan plan) {
        return plan.spans().stream().mapToInt(span -> pages(plan, span)).max().orElse(1);
    }

    private static int pages(StepPlan plan, Span span) {
        return KvCache.pagesFor(Math.toIntExact(plan.positions()[span.start()]) + span.count());
    }
}
