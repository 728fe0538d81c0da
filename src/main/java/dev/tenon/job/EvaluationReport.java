package dev.tenon.job;

import org.jspecify.annotations.Nullable;

/** What the child said of one evaluation: mean loss in nats a token and the share of tokens guessed right. */
public record EvaluationReport(
        int step, double loss, @Nullable Double accuracy, boolean full, boolean base) {}
