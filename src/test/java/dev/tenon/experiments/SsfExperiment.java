package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * SSF's claim: where the shift is one of gains and offsets a channel, it beats a linear probe by far and reaches LoRA with
 * fewer parameters. The base's linear layers get random gains, its queries, keys and values random offsets.
 */
final class SsfExperiment {
    private static final int STEPS = 500;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
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
        var page = Page.open();
        var task = new Arithmetic(Operation.SUM);
        try (var model = Arithmetic.base()) {
            double before = task.right(model, Hooks.NONE);
            shift(model);
            page.text(
                    "A decoder of two blocks, 64 wide, knows sums of two numbers (%.1f %% of unseen ones right). Then every"
                            + " channel of its linear layers gets a random gain, exp(%.1f z), and queries, keys and values a"
                            + " random offset, %.1f z, which leaves %.1f %%; adapters of %d steps mend it, each at the best of"
                            + " three rates with a seed of its own. Right sums in percent; mean of %d seeds, ± half the"
                            + " distance of the extremes.",
                    before, SPREAD, SPREAD, task.right(model, Hooks.NONE), Effort.steps(STEPS), Effort.seeds().length);
            page.table("method", "trained", "rate", "sums right, %");
            var right = new LinkedHashMap<String, Figures>();
            right.put("linear probe", probe(page, task, model));
            candidates().forEach((name, settings) -> {
                var run = new ArithmeticRun(task, model, settings, STEPS);
                double rate = run.bestRate(RATES);
                right.put(name, row(page, name, run.parameters(), rate, run.figures(rate, Effort.seeds())));
            });
            page.claims();
            var ssf = figures(right, "ssf");
            page.more("SSF is better than a linear probe", ssf, figures(right, "linear probe"), "%.1f");
            for (int rank : new int[] {2, 8}) {
                page.asMuch(
                        "SSF reaches a LoRA of rank %d within a point".formatted(rank),
                        ssf,
                        figures(right, "lora, rank " + rank),
                        1,
                        "%.1f");
            }
        }
    }

    private static Figures figures(Map<String, Figures> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    private static Figures row(Page page, String name, long parameters, double rate, Figures figures) {
        page.row(name, "%,d".formatted(parameters), "%.0e".formatted(rate), figures.text("%.1f"));
        return figures;
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
    private static Figures probe(Page page, Arithmetic task, CausalModel model) {
        double rate = RATES[0];
        double most = -1;
        for (double tried : RATES) {
            double right = probed(task, model, Effort.SWEEP_SEED, tried);
            if (right > most) {
                most = right;
                rate = tried;
            }
        }
        var figures = new Figures();
        for (long seed : Effort.seeds()) {
            figures.add(probed(task, model, seed, rate));
        }
        return row(
                page,
                "linear probe",
                (long) model.config().vocabulary() * model.config().hidden(),
                rate,
                figures);
    }

    private static double probed(Arithmetic task, CausalModel model, long seed, double rate) {
        var random = new Random(seed);
        try (var set = Pretraining.tensors(model, name -> name.startsWith("lm_head"))) {
            var hooks = Pretraining.hooks(set);
            Fit.run(
                    set.parameters().values(),
                    Effort.steps(STEPS),
                    rate,
                    step -> task.loss(model, hooks, task.train(random)));
            return task.right(model, hooks);
        }
    }
}
