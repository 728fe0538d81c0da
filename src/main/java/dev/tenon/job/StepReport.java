package dev.tenon.job;

import org.jspecify.annotations.Nullable;

/** What the child said of one optimiser step: loss in nats a token, speed in tokens/s, {@code millis} for the step. */
public record StepReport(
        int step,
        int total,
        double epoch,
        double loss,
        @Nullable Double accuracy,
        double learningRate,
        @Nullable Double gradientNorm,
        double tokensPerSecond,
        long tokens,
        long millis) {}
