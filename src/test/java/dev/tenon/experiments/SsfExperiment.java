package dev.tenon.experiments;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * SSF's claim: where the shift is one of gains and offsets a channel, it beats a linear probe by far and reaches LoRA with
 * fewer parameters. The base's linear layers get random gains, its queries, keys and values random offsets.
 */
final class SsfExperiment {
    private static final int STEPS = 800;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final long[] SEEDS = {1, 2, 3};
    private static final double SPREAD = 0.5;

    private SsfExperiment() {}

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        candidates.put("ssf", Map.of("method", "ssf"));
        candidates.put(
                "ia3, all layers",
                Map.of("method", "ia3", "target_modules", "all-linear", "feedforward_modules", List.of()));
        candidates.put("lora, rank 2", Map.of("method", "lora", "rank", 2, "alpha", 4));
        candidates.put("lora, rank 8", Map.of("method", "lora", "rank", 8, "alpha", 16));
        return candidates;
    }

    public static void main(String[] args) {
        var task = new Arithmetic(false);
        try (var model = Arithmetic.base()) {
            double before = task.right(model, Hooks.NONE);
            shift(model);
            System.out.printf(
                    Locale.ROOT,
                    "Unseen sums right: %.1f %% before the shift, %.1f %% after it.%n%n",
                    before,
                    task.right(model, Hooks.NONE));
            System.out.println("| method | trained | rate | sums right, % |");
            System.out.println("|---|---|---|---|");
            System.out.println(probe(task, model));
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(task, model, settings, STEPS);
                double rate = run.bestRate(RATES);
                System.out.println(row(name, run.parameters(), rate, run.figures(rate, SEEDS)));
            });
        }
    }

    private static String row(String name, long parameters, double rate, Figures figures) {
        return String.format(Locale.ROOT, "| %s | %,d | %.0e | %s |", name, parameters, rate, figures.text("%.1f"));
    }

    private static void shift(CausalModel model) {
        var random = new Random(5);
        try (var scope = Scope.open()) {
            for (var site : model.linearSites()) {
                if (site.layer() >= 0) {
                    var gains = new float[site.out()];
                    for (int i = 0; i < gains.length; i++) {
                        gains[i] = (float) Math.exp(SPREAD * random.nextGaussian());
                    }
                    site.weight().copyFrom(site.weight().mul(Tensors.of(gains, site.out(), 1)));
                    Tensor bias = site.bias();
                    if (bias != null) {
                        bias.copyFrom(bias.add(Tensors.randn(random, site.out()).mul(SPREAD)));
                    }
                }
            }
        }
    }

    /** The output head trained alone. */
    private static String probe(Arithmetic task, CausalModel model) {
        double rate = RATES[0];
        double most = -1;
        for (double tried : RATES) {
            double right = probed(task, model, 99, tried);
            if (right > most) {
                most = right;
                rate = tried;
            }
        }
        var figures = new Figures();
        for (long seed : SEEDS) {
            figures.add(probed(task, model, seed, rate));
        }
        return row(
                "linear probe",
                (long) model.config().vocabulary() * model.config().hidden(),
                rate,
                figures);
    }

    private static double probed(Arithmetic task, CausalModel model, long seed, double rate) {
        var random = new Random(seed);
        try (var set = Pretraining.tensors(model, name -> name.startsWith("lm_head"))) {
            var hooks = Pretraining.hooks(set);
            Fit.run(set.parameters().values(), STEPS, rate, step -> task.loss(model, hooks, task.train(random)));
            return task.right(model, hooks);
        }
    }
}
