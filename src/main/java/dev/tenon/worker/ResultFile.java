package dev.tenon.worker;

import dev.tenon.job.MetricSeries;
import dev.tenon.job.MetricSeries.EvaluationPoint;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** The result file: plain CSV, one row per training step, validation columns empty where nothing was evaluated. */
final class ResultFile {
    private static final String HEADER = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n";

    private ResultFile() {}

    static String csv(MetricSeries series) {
        var evaluations = new HashMap<Integer, EvaluationPoint>();
        // a full pass after the partial one of the same step is the better number; the list has it later
        series.evaluations().stream()
                .filter(point -> !point.base())
                .forEach(point -> evaluations.put(point.step(), point));
        var csv = new StringBuilder(HEADER);
        for (var step : series.steps()) {
            var evaluation = evaluations.get(step.step());
            csv.append(step.step())
                    .append(',')
                    .append(step.loss())
                    .append(',')
                    .append(cell(step.accuracy()))
                    .append(',')
                    .append(cell(evaluation == null ? null : Double.valueOf(evaluation.loss())))
                    .append(',')
                    .append(cell(evaluation == null ? null : evaluation.accuracy()))
                    .append('\n');
        }
        return csv.toString();
    }

    private static String cell(@Nullable Double value) {
        return value == null ? "" : value.toString();
    }
}
