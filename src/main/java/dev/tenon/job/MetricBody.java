package dev.tenon.job;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A job's curves on {@code /api/v1}. */
@JsonNaming(SnakeCaseStrategy.class)
record MetricBody(List<Step> steps, List<Evaluation> evaluations) {

    @JsonNaming(SnakeCaseStrategy.class)
    record Step(
            int step,
            double epoch,
            double trainLoss,
            @Nullable Double trainMeanTokenAccuracy,
            double learningRate,
            @Nullable Double gradientNorm,
            double tokensPerSecond) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Evaluation(int step, double loss, @Nullable Double meanTokenAccuracy, boolean full, boolean base) {}

    static MetricBody of(MetricSeries series) {
        return new MetricBody(
                series.steps().stream()
                        .map(step -> new Step(
                                step.step(),
                                step.epoch(),
                                step.loss(),
                                step.accuracy(),
                                step.learningRate(),
                                step.gradientNorm(),
                                step.tokensPerSecond()))
                        .toList(),
                series.evaluations().stream()
                        .map(point -> new Evaluation(
                                point.step(), point.loss(), point.accuracy(), point.full(), point.base()))
                        .toList());
    }
}
