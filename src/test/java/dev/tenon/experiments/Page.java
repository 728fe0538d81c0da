package dev.tenon.experiments;

import dev.tenon.tensor.Engine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/**
 * An experiment's page: Markdown on standard output, and nothing else there. It says of every claim whether the figures
 * bear it out, seed by seed.
 */
final class Page {
    private final PrintStream out = System.out;

    private Page() {}

    /** Starts the engine, with as many threads as {@code -Dexperiments.threads} says, otherwise one. */
    static Page open() {
        var page = new Page();
        System.setOut(System.err);
        int threads = Integer.getInteger("experiments.threads", 1);
        Engine.start(Path.of(System.getProperty("user.home"), ".djl.ai"), threads, System.err::println);
        return page;
    }

    void text(String format, Object... arguments) {
        out.printf(Locale.ROOT, format, arguments);
        out.printf("%n%n");
    }

    void table(String... headings) {
        row((Object[]) headings);
        out.println("|" + String.join("|", Collections.nCopies(headings.length, "---")) + "|");
    }

    void row(Object... cells) {
        out.println("| "
                + String.join(" | ", Arrays.stream(cells).map(String::valueOf).toList()) + " |");
        out.flush();
    }

    /** What the figures say of claims stands below the table. */
    void claims() {
        out.printf("%n**What holds.**%n%n");
    }

    /** What the figures do not say, below the claims. */
    void note(String text) {
        out.printf("%n%s%n", text);
    }

    /** A claim that one thing gives more than another. */
    void more(String claim, Figures greater, Figures lesser, String format) {
        verdict(claim, greater, lesser, (one, other) -> one > other, format);
    }

    /** A claim that one thing gives less than another. */
    void less(String claim, Figures lesser, Figures greater, String format) {
        verdict(claim, lesser, greater, (one, other) -> one < other, format);
    }

    /** A claim that one thing gives as much as another, or at most so much less. */
    void asMuch(String claim, Figures one, Figures other, double slack, String format) {
        verdict(claim, one, other, (own, its) -> own + slack >= its, format);
    }

    private void verdict(String claim, Figures one, Figures other, BiPredicate<Double, Double> holds, String format) {
        int seeds = one.values().size();
        long so = IntStream.range(0, seeds)
                .filter(i -> holds.test(one.values().get(i), other.values().get(i)))
                .count();
        out.printf(
                "- %s: **%s**, in %d of %d seeds so (%s against %s).%n",
                claim,
                holds.test(one.mean(), other.mean()) ? "holds" : "does not hold",
                so,
                seeds,
                one.text(format),
                other.text(format));
    }
}
