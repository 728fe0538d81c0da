package dev.tenon.dataset;

import dev.tenon.core.Problem;
import java.util.Map;

/** The answer to a file with mistakes: the first in words, up to 20 as data. */
final class Refusal {
    private Refusal() {}

    static Problem of(String filename, ValidationReport report) {
        var first = report.problems().getFirst();
        long more = report.totalProblems() - 1;
        var message = "%s, line %d, %s: %s %s%s"
                .formatted(
                        filename,
                        first.line(),
                        first.field(),
                        first.message(),
                        first.fix(),
                        more == 0 ? "" : " (%d more problem%s.)".formatted(more, more == 1 ? "" : "s"));
        return Problem.invalid("file", "invalid_dataset", message)
                .with("problems", report.problems().stream().map(Refusal::json).toList())
                .with("total_problems", report.totalProblems());
    }

    static Map<String, Object> json(LineProblem problem) {
        return Map.of(
                "line", problem.line(),
                "field", problem.field(),
                "rule", problem.rule(),
                "message", problem.message(),
                "fix", problem.fix());
    }
}
