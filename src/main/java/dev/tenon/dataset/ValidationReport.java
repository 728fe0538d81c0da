package dev.tenon.dataset;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What reading a candidate training file found.
 *
 * @param problems the first 20 problems
 * @param totalProblems how many there are in all
 * @param summary null when nothing in the file is a valid example
 */
public record ValidationReport(
        boolean valid,
        long lines,
        List<LineProblem> problems,
        long totalProblems,
        @Nullable DatasetSummary summary) {}
