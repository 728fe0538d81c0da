package dev.tenon.worker;

import dev.tenon.job.MetricSeries;
import dev.tenon.job.MetricSeries.EvaluationPoint;
import dev.tenon.job.MetricSeries.StepPoint;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells of a run that came to its end and has unlearnt: its losses are finite, and far above where they began. */
final class RisenLoss {
    private static final String ADVICE = " Try a smaller learning_rate_multiplier, or fewer epochs.";
    private static final int LEAST_STEPS = 3;
    private static final int MOST_STEPS = 20;

    /** Losses of single steps differ by less. */
    private static final double CLEAR = 0.5;

    private static final double CLEAR_PART = 0.25;

    private RisenLoss() {}

    /** What to warn of; a loss on examples that were not trained on counts before one on those that were. */
    static Optional<String> of(MetricSeries series) {
        return validation(series.evaluations())
                .or(() -> training(series.steps(), series.evaluations().isEmpty()));
    }

    private static Optional<String> validation(List<EvaluationPoint> points) {
        var base = points.stream().filter(point -> point.base() && point.full()).findFirst();
        var tuned =
                points.stream().filter(point -> !point.base() && point.full()).findFirst();
        if (base.isEmpty()
                || tuned.isEmpty()
                || !risen(base.get().loss(), tuned.get().loss())) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The validation loss of what was trained is %.2f and that of the base model %.2f: the adapter answers worse"
                        + " than no adapter.%s",
                tuned.get().loss(),
                base.get().loss(),
                ADVICE));
    }

    private static Optional<String> training(List<StepPoint> steps, boolean unseen) {
        if (steps.size() < 2) {
            return Optional.empty();
        }
        int window = Math.clamp(steps.size() / 10, Math.min(LEAST_STEPS, steps.size() - 1), MOST_STEPS);
        var last = steps.subList(steps.size() - window, steps.size());
        // the first step's is that of the untouched base, and a run may break in its second
        double start = steps.getFirst().loss();
        double end = last.stream().mapToDouble(StepPoint::loss).average().orElseThrow();
        // a first step that was easy by chance is lower than most, not lower than all
        if (!risen(start, end) || last.stream().anyMatch(step -> step.loss() <= start)) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The training loss rose from %.2f to %.2f: %s.%s",
                start,
                end,
                unseen
                        ? "the adapter has unlearnt instead of learning"
                        : "what was kept is the best checkpoint by the validation file, from before it went astray",
                ADVICE));
    }

    private static boolean risen(double from, double to) {
        return to > from + Math.max(CLEAR, CLEAR_PART * from);
    }
}
