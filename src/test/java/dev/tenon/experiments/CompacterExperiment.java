package dev.tenon.experiments;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Compacter's claim: at the size of a bottleneck one or two wide it learns more than that bottleneck. */
final class CompacterExperiment {
    private static final int STEPS = 800;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final long[] SEEDS = {1, 2, 3};

    private CompacterExperiment() {}

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        candidates.put(
                "bottleneck, width 1",
                Map.of("method", "bottleneck", "width", 1, "bias", true, "activation", "gelu_new", "start", "bert"));
        candidates.put(
                "bottleneck, width 2",
                Map.of("method", "bottleneck", "width", 2, "bias", true, "activation", "gelu_new", "start", "bert"));
        for (int factor : new int[] {8, 2}) {
            candidates.put(
                    "compacter++, width " + 64 / factor,
                    Map.of("method", "compacter", "reduction_factor", factor, "train_norms", false));
        }
        return candidates;
    }

    public static void main(String[] args) {
        try (var model = Arithmetic.base()) {
            System.out.println("| adapter | trained | rate | complements right, % |");
            System.out.println("|---|---|---|---|");
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(new Arithmetic(true), model, settings, STEPS);
                double rate = run.bestRate(RATES);
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %,d | %.0e | %s |%n",
                        name,
                        run.parameters(),
                        rate,
                        run.figures(rate, SEEDS).text("%.1f"));
            });
        }
    }
}
