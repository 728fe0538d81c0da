package dev.tenon.job;

import dev.tenon.core.Problem;
import dev.tenon.training.ExampleCount;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tokens of a training file, counted in all of it or in its beginning.
 *
 * @param part of the file's bytes, 1 for all of it
 */
record ExampleSample(ExampleCount count, double part) {
    boolean whole() {
        return part == 1;
    }

    /** Of all of the file, one epoch. */
    long tokens() {
        return Math.round(count.tokens() / part);
    }

    /** Refuses a file of which nothing would be learnt. */
    void requireSomething(int longest, String base) {
        if (whole() && count.idle() == count.examples()) {
            throw Problem.invalid(
                    "training_file",
                    "nothing_to_train",
                    ("No example of the training file has anything to learn from within the %d tokens of one that are"
                                    + " trained on '%s' (%s): shorten what comes before the answers.")
                            .formatted(longest, base, lines(count.idle(), count.idleLines())));
        }
    }

    /** What training would do without being asked to. */
    List<String> warnings(int longest) {
        var warnings = new ArrayList<String>();
        if (count.cut() > 0) {
            warnings.add(
                    says(count.cut(), count.cutLines(), "longer than the %d tokens that are trained".formatted(longest))
                            + " The rest is cut off; split or shorten them.");
        }
        if (count.idle() > 0) {
            warnings.add(says(
                            count.idle(),
                            count.idleLines(),
                            "without anything to learn from in their first %d tokens".formatted(longest))
                    + " They are left out; shorten what comes before the answers.");
        }
        return warnings;
    }

    private String says(long number, List<Long> lines, String what) {
        return "%s%,d of the training file's examples %s %s (%s)."
                .formatted(whole() ? "" : "At least ", number, number == 1 ? "is" : "are", what, lines(number, lines));
    }

    private static String lines(long number, List<Long> lines) {
        return (lines.size() == 1 ? "line " : "lines ")
                + lines.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + (number > lines.size() ? " and others" : "");
    }
}
