package dev.tenon.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the child said of one evaluation: mean loss in nats a target and the share of targets told right.
 *
 * @param scores what else the task is measured by, from 0 to 1, for example {@code macroF1}
 */
public record EvaluationReport(
        int step, double loss, @Nullable Double accuracy, boolean full, boolean base, Map<String, Double> scores) {}
