package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Compacter's claim: at the size of a bottleneck one or two wide it learns more than that bottleneck. */
final class CompacterExperiment {
    private static final int STEPS = 500;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};

    private CompacterExperiment() {}

    private static String bottleneck(int width) {
        return "bottleneck, width " + width;
    }

    private static String compacter(int factor) {
        return "compacter++, width " + 64 / factor;
    }

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        for (int width : new int[] {1, 2}) {
            candidates.put(
                    bottleneck(width),
                    Map.of(
                            "method",
                            "bottleneck",
                            "width",
                            width,
                            "bias",
                            true,
                            "activation",
                            "gelu_new",
                            "start",
                            "bert"));
        }
        for (int factor : new int[] {8, 2}) {
            candidates.put(
                    compacter(factor), Map.of("method", "compacter", "reduction_factor", factor, "train_norms", false));
        }
        return candidates;
    }

    public static void main(String[] args) {
        var page = Page.open();
        try (var model = Arithmetic.base()) {
            page.text(
                    "A decoder of two blocks, 64 wide, that knows sums of two numbers learns what they lack to 999, under a"
                            + " sign that it has never seen, in %d steps at the best of three rates with a seed of its own."
                            + " Both adapters stand behind the feed-forward part, with biases. Right answers to unseen"
                            + " questions in percent; mean of %d seeds, ± half the distance of the extremes.",
                    Effort.steps(STEPS), Effort.seeds().length);
            page.table("adapter", "trained", "rate", "complements right, %");
            var right = new LinkedHashMap<String, Figures>();
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(new Arithmetic(Operation.COMPLEMENT), model, settings, STEPS);
                double rate = run.bestRate(RATES);
                right.put(name, run.figures(rate, Effort.seeds()));
                page.row(
                        name,
                        "%,d".formatted(run.parameters()),
                        "%.0e".formatted(rate),
                        figures(right, name).text("%.1f"));
            });
            page.claims();
            for (int i = 1; i <= 2; i++) {
                String wide = compacter(i == 1 ? 8 : 2);
                page.more(
                        "%s better than a %s".formatted(wide, bottleneck(i)),
                        figures(right, wide),
                        figures(right, bottleneck(i)),
                        "%.1f");
            }
        }
    }

    private static Figures figures(Map<String, Figures> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }
}
