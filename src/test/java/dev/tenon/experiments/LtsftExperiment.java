package dev.tenon.experiments;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.Phased;
import dev.tenon.method.compose.Part;
import dev.tenon.method.compose.WeightedSum;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * LT-SFT's claims: the values that move furthest are better ones to train than random ones; differences for a language
 * and for a task, learnt apart, do the task in that language; and sparse differences disturb each other less than dense.
 */
final class LtsftExperiment {
    private static final int PRETRAINING = 1500;
    private static final int STEPS = 300;
    private static final double DENSITY = 0.05;
    private static final double[] DENSE_RATES = {1e-3, 3e-3};
    private static final double[] SPARSE_RATES = {3e-3, 1e-2, 3e-2};

    private final Page page = Page.open();
    private final CharacterModel base = CharacterModel.english(Effort.steps(PRETRAINING));
    private final List<long[]> somali = Characters.somali("train.tsv");
    private final List<long[]> unseen = Characters.somali("dev.tsv");
    private final Replaced english = new Replaced(base.model(), Characters.english());
    private final Replaced transfer = new Replaced(base.model(), unseen);
    private double denseRate = DENSE_RATES[0];
    private double sparseRate = SPARSE_RATES[0];

    private LtsftExperiment() {}

    /** What one form of the two differences comes to, by seed. */
    private record Row(
            Figures alone, Figures both, Figures task, Figures withLanguage, Figures zero, Figures composed) {
        Row() {
            this(new Figures(), new Figures(), new Figures(), new Figures(), new Figures(), new Figures());
        }

        /** How much the perplexity of the language rises with the task added, in percent. */
        Figures disturbedLanguage() {
            return Figures.of(alone, both, (before, after) -> 100 * (after / before - 1));
        }

        /** How much the task falls with the language added, in points. */
        Figures disturbedTask() {
            return Figures.of(task, withLanguage, (before, after) -> before - after);
        }
    }

    public static void main(String[] args) {
        new LtsftExperiment().run();
    }

    private void run() {
        page.text(
                "A decoder of characters, two blocks, 64 wide, knows English (questions of GSM8K). It learns Somali"
                        + " (headlines of ANTC), and apart from that, in English alone, to tell which characters of"
                        + " a text were replaced by others of it. Both as differences of all linear layers' values: dense, %d"
                        + " steps; then LT-SFT's %.0f %% that moved furthest, from the base on and %d steps; and for Somali as"
                        + " many values at random places, %d or %d steps. The task has a head of its own. Rates by a seed of their"
                        + " own, on Somali. Perplexity of the characters of unseen headlines; replaced characters found in"
                        + " percent of area under the ROC curve (50 is chance). Mean of %d seeds, ± half the distance of the"
                        + " extremes.",
                Effort.steps(STEPS),
                100 * DENSITY,
                Effort.steps(STEPS),
                Effort.steps(STEPS),
                2 * Effort.steps(STEPS),
                Effort.seeds().length);
        chooseRates();
        int steps = Effort.steps(STEPS);
        double briefRate = bestRandomRate(steps);
        double longRate = bestRandomRate(2 * steps);
        var dense = new Row();
        var sparse = new Row();
        var brief = new Figures();
        var random = new Figures();
        for (long seed : Effort.seeds()) {
            try (var language = attach(seed);
                    var task = attach(seed)) {
                learn(language, seed, denseRate);
                measure(dense, language, task, seed, denseRate);
                ((Phased) language).enter(1);
                ((Phased) task).enter(1);
                learn(language, seed, sparseRate);
                measure(sparse, language, task, seed, sparseRate);
            }
            brief.add(random(seed, briefRate, steps));
            random.add(random(seed, longRate, 2 * steps));
        }
        page.table(
                "differences",
                "Somali, perplexity",
                "with the task added",
                "English, replaced found",
                "with Somali added",
                "Somali, replaced found by the task alone",
                "by task and language");
        page.row("none", "%.2f".formatted(base.perplexity(Hooks.NONE, unseen)), "", "", "", "", "");
        row("dense", dense);
        row("LT-SFT, the furthest", sparse);
        page.row("random places, %d steps".formatted(steps), brief.text("%.2f"), "", "", "", "", "");
        page.row("random places, %d steps".formatted(2 * steps), random.text("%.2f"), "", "", "", "", "");
        page.claims();
        page.less("The furthest are better to train than random ones for as long", sparse.alone, brief, "%.2f");
        page.less("and than random ones that also have the steps of the search", sparse.alone, random, "%.2f");
        page.more(
                "Task and language find more in the unseen language than the task alone",
                sparse.composed,
                sparse.zero,
                "%.1f");
        page.less(
                "Sparse differences disturb the language less than dense ones (rise of the perplexity, %)",
                sparse.disturbedLanguage(), dense.disturbedLanguage(), "%.1f");
        page.less(
                "Sparse differences disturb the task less than dense ones (points lost)",
                sparse.disturbedTask(),
                dense.disturbedTask(),
                "%.1f");
        base.model().close();
    }

    private void row(String name, Row row) {
        page.row(
                name,
                row.alone.text("%.2f"),
                row.both.text("%.2f"),
                row.task.text("%.1f"),
                row.withLanguage.text("%.1f"),
                row.zero.text("%.1f"),
                row.composed.text("%.1f"));
    }

    private Adapter attach(long seed) {
        return Methods.scan()
                .attach(
                        base.model(),
                        Map.of("method", "ltsft", "density", DENSITY, "target_modules", "all-linear"),
                        seed);
    }

    private void learn(Adapter language, long seed, double rate) {
        learn(language, seed, rate, Effort.steps(STEPS));
    }

    private void learn(Adapter language, long seed, double rate, int steps) {
        var random = new Random(seed);
        language.train(true);
        Fit.run(language.parameters().values(), steps, rate, step -> base.loss(language.hooks(), somali, random));
        language.train(false);
    }

    /** Trains the task with a head, and tries both differences alone and together. */
    private void measure(Row row, Adapter language, Adapter task, long seed, double rate) {
        try (var head = ParameterSet.filled(
                base.model().device(),
                set -> set.train(
                        "head",
                        Tensors.randn(new Random(seed), 2, base.model().config().hidden())
                                .mul(0.02)))) {
            Tensor top = head.parameters().get("head");
            var random = new Random(seed);
            task.train(true);
            Fit.run(
                    List.of(new Fit.Group(task.parameters().values(), rate), new Fit.Group(List.of(top), 1e-2)),
                    Effort.steps(STEPS),
                    step -> english.loss(task.hooks(), top, random));
            task.train(false);
            try (var scope = Scope.open()) {
                var both = WeightedSum.of(List.of(new Part(language, 1), new Part(task, 1)));
                row.alone.add(base.perplexity(language.hooks(), unseen));
                row.both.add(base.perplexity(both, unseen));
                row.task.add(english.area(task.hooks(), top));
                row.withLanguage.add(english.area(both, top));
                row.zero.add(transfer.area(task.hooks(), top));
                row.composed.add(transfer.area(both, top));
            }
        }
    }

    private void chooseRates() {
        double least = Double.POSITIVE_INFINITY;
        for (double rate : DENSE_RATES) {
            double reached = learnt(rate, 0);
            if (reached < least) {
                least = reached;
                denseRate = rate;
            }
        }
        least = Double.POSITIVE_INFINITY;
        for (double rate : SPARSE_RATES) {
            double reached = learnt(denseRate, rate);
            if (reached < least) {
                least = reached;
                sparseRate = rate;
            }
        }
    }

    /** The perplexity after a dense phase, and after a sparse one where its rate is not 0. */
    private double learnt(double dense, double sparse) {
        try (var language = attach(Effort.SWEEP_SEED)) {
            learn(language, Effort.SWEEP_SEED, dense);
            if (sparse > 0) {
                ((Phased) language).enter(1);
                learn(language, Effort.SWEEP_SEED, sparse);
            }
            double reached = base.perplexity(language.hooks(), unseen);
            System.err.printf("dense %.0e, sparse %.0e: %.3f%n", dense, sparse, reached);
            return reached;
        }
    }

    private double bestRandomRate(int steps) {
        double best = SPARSE_RATES[0];
        double least = Double.POSITIVE_INFINITY;
        for (double rate : SPARSE_RATES) {
            double reached = random(Effort.SWEEP_SEED, rate, steps);
            System.err.printf("random, %d steps at %.0e: %.3f%n", steps, rate, reached);
            if (reached < least) {
                least = reached;
                best = rate;
            }
        }
        return best;
    }

    /** The perplexity with values at random places: those that noise of the dense phase happens to move furthest. */
    private double random(long seed, double rate, int steps) {
        try (var language = attach(seed)) {
            try (var scope = Scope.open()) {
                var random = new Random(seed);
                for (Tensor delta : language.parameters().values()) {
                    delta.detach().copyFrom(Tensors.uniform(random, -1, 1, delta.shape()));
                }
            }
            ((Phased) language).enter(1);
            learn(language, seed, rate, steps);
            return base.perplexity(language.hooks(), unseen);
        }
    }
}
