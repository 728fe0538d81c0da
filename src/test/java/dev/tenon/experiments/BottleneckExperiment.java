package dev.tenon.experiments;

import dev.tenon.model.Hooks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * LLM-Adapters' claims on arithmetic: every form beats the frozen base at three percent of its parameters, and series
 * adapters are better behind the feed-forward part than behind attention.
 */
final class BottleneckExperiment {
    private static final int STEPS = 800;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final long[] SEEDS = {1, 2, 3};

    private BottleneckExperiment() {}

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        candidates.put("series, feed-forward", Map.of("method", "bottleneck", "width", 8));
        candidates.put("series, attention", Map.of("method", "bottleneck", "width", 8, "placement", "attention"));
        candidates.put("parallel, feed-forward", Map.of("method", "bottleneck", "width", 8, "form", "parallel"));
        candidates.put(
                "lora, queries and values",
                Map.of("method", "lora", "rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj")));
        return candidates;
    }

    public static void main(String[] args) {
        var task = new Arithmetic(true);
        try (var model = Arithmetic.base()) {
            System.out.printf(
                    Locale.ROOT,
                    "Base: %.1f %% of unseen sums right, %.1f %% of complements; %,d parameters.%n%n",
                    new Arithmetic(false).right(model, Hooks.NONE),
                    task.right(model, Hooks.NONE),
                    model.config().parameters());
            System.out.println("| adapter | trained | of the base | rate | complements right, % |");
            System.out.println("|---|---|---|---|---|");
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(task, model, settings, STEPS);
                double rate = run.bestRate(RATES);
                long count = run.parameters();
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %,d | %.1f %% | %.0e | %s |%n",
                        name,
                        count,
                        100.0 * count / model.config().parameters(),
                        rate,
                        run.figures(rate, SEEDS).text("%.1f"));
            });
        }
    }
}
