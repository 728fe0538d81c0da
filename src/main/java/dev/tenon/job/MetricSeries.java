package dev.tenon.job;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A job's curves: one point per training step and one per evaluation, ordered by step. */
public record MetricSeries(List<StepPoint> steps, List<EvaluationPoint> evaluations) {

    /** One optimiser step; loss in nats a token, speed in tokens/s. */
    public record StepPoint(
            int step,
            double epoch,
            double loss,
            @Nullable Double accuracy,
            double learningRate,
            @Nullable Double gradientNorm,
            double tokensPerSecond,
            Instant at) {}

    /** One pass over validation data; {@code base} marks the untouched base model on the same file. */
    public record EvaluationPoint(
            int step, double loss, @Nullable Double accuracy, boolean full, boolean base, Instant at) {}
}
