package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.model.Hooks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * LLM-Adapters' claims on arithmetic: every form beats the frozen base at a few percent of its parameters, and series
 * adapters are better behind the feed-forward part than behind attention.
 */
final class BottleneckExperiment {
    private static final int STEPS = 500;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final String SERIES = "series, feed-forward";
    private static final String ATTENTION = "series, attention";

    private BottleneckExperiment() {}

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        candidates.put(SERIES, Map.of("method", "bottleneck", "width", 8));
        candidates.put(ATTENTION, Map.of("method", "bottleneck", "width", 8, "placement", "attention"));
        candidates.put("parallel, feed-forward", Map.of("method", "bottleneck", "width", 8, "form", "parallel"));
        candidates.put(
                "lora, queries and values",
                Map.of("method", "lora", "rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj")));
        return candidates;
    }

    public static void main(String[] args) {
        var page = Page.open();
        var task = new Arithmetic(Operation.COMPLEMENT);
        try (var model = Arithmetic.base()) {
            double untuned = task.right(model, Hooks.NONE);
            page.text(
                    "A decoder of two blocks, 64 wide, with %,d parameters, that knows sums of two numbers (%.1f %% of unseen"
                            + " ones right) learns what they lack to 999, under a sign that it has never seen (%.1f %% before),"
                            + " in %d steps at the best of three rates with a seed of its own. Right answers to unseen"
                            + " questions in percent; mean of %d seeds, ± half the distance of the extremes.",
                    model.config().parameters(),
                    new Arithmetic(Operation.SUM).right(model, Hooks.NONE),
                    untuned,
                    Effort.steps(STEPS),
                    Effort.seeds().length);
            page.table("adapter", "trained", "of the base", "rate", "complements right, %");
            var right = new LinkedHashMap<String, Figures>();
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(task, model, settings, STEPS);
                double rate = run.bestRate(RATES);
                var figures = run.figures(rate, Effort.seeds());
                long count = run.parameters();
                right.put(name, figures);
                page.row(
                        name,
                        "%,d".formatted(count),
                        "%.1f %%".formatted(100.0 * count / model.config().parameters()),
                        "%.0e".formatted(rate),
                        figures.text("%.1f"));
            });
            page.claims();
            var base = new Figures();
            for (long seed : Effort.seeds()) {
                base.add(untuned);
            }
            right.forEach((name, figures) -> page.more("Better than the base, " + name, figures, base, "%.1f"));
            page.more(
                    "In series, better behind the feed-forward part than behind attention",
                    Objects.requireNonNull(right.get(SERIES)),
                    Objects.requireNonNull(right.get(ATTENTION)),
                    "%.1f");
        }
    }
}
