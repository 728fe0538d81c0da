package dev.tenon.experiments;

import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** CorDA's claims where the new does not contradict the known: English is known, Somali is learnt. */
final class CordaLanguages {
    private static final int PRETRAINING = 1500;
    private static final int STEPS = 300;
    private static final int CHECK = 30;
    private static final int RANK = 4;
    private static final double[] RATES = {1e-3, 3e-3, 1e-2};
    private static final String LORA = "lora";
    private static final String IPM = "corda, ipm";
    private static final String KPM = "corda, kpm";

    private final Page page;
    private final CharacterModel base = CharacterModel.english(Effort.steps(PRETRAINING));
    private final List<long[]> english = Characters.english();
    private final List<long[]> somali = Characters.somali("train.tsv");
    private final List<long[]> unseen = Characters.somali("dev.tsv");

    CordaLanguages(Page page) {
        this.page = page;
    }

    /** Nats a character of both languages after a step. */
    private record Check(int step, double somali, double english) {}

    private record Start(double rate, List<List<Check>> courses) {}

    void run() {
        page.text(
                "A decoder of characters, two blocks, 64 wide, knows English (questions of GSM8K, %.3f nats a character) and"
                        + " learns Somali (headlines of ANTC) with updates of rank %d in all layers and %d steps, each start at"
                        + " the best of three rates for Somali with a seed of its own. CorDA looks at 64 windows before: of"
                        + " Somali (ipm) or of English (kpm). Both are tried every %d steps; for equal success English is"
                        + " taken where Somali first is what it is in the end with the start that ends worst. Mean of %d"
                        + " seeds, ± half the distance of the extremes.",
                base.nats(Hooks.NONE, english), RANK, Effort.steps(STEPS), check(), Effort.seeds().length);
        page.table(
                "start",
                "rate",
                "Somali after %d steps".formatted(Math.min(2 * check(), Effort.steps(STEPS))),
                "Somali at the end",
                "English at equal success",
                "English at the end");
        var starts = new LinkedHashMap<String, Start>();
        var none = new Calibration(List.of());
        starts.put(LORA, start(Map.of("method", "lora", "rank", RANK, "alpha", RANK), none));
        starts.put(IPM, start(Map.of("method", "corda", "rank", RANK, "alpha", RANK), seen(somali)));
        starts.put(KPM, start(Map.of("method", "corda", "rank", RANK, "alpha", RANK, "mode", "kpm"), seen(english)));
        var early = new LinkedHashMap<String, Figures>();
        var equal = new LinkedHashMap<String, Figures>();
        starts.forEach((name, start) -> {
            var first = new Figures();
            var last = new Figures();
            var kept = new Figures();
            var known = new Figures();
            for (int seed = 0; seed < start.courses().size(); seed++) {
                var course = start.courses().get(seed);
                double reached = worst(starts, seed);
                first.add(course.get(Math.min(1, course.size() - 1)).somali());
                last.add(course.getLast().somali());
                known.add(course.getLast().english());
                kept.add(course.stream()
                        .filter(check -> check.somali() <= reached)
                        .findFirst()
                        .orElse(course.getLast())
                        .english());
            }
            early.put(name, first);
            equal.put(name, kept);
            page.row(
                    name,
                    "%.0e".formatted(start.rate()),
                    first.text("%.3f"),
                    last.text("%.3f"),
                    kept.text("%.3f"),
                    known.text("%.3f"));
        });
        page.claims();
        page.less("ipm is further than LoRA early on", of(early, IPM), of(early, LORA), "%.3f");
        page.less("kpm forgets less than LoRA at equal success", of(equal, KPM), of(equal, LORA), "%.3f");
        base.model().close();
    }

    private static Figures of(Map<String, Figures> figures, String name) {
        return Objects.requireNonNull(figures.get(name), name);
    }

    private static double worst(Map<String, Start> starts, int seed) {
        return starts.values().stream()
                .mapToDouble(start -> start.courses().get(seed).getLast().somali())
                .max()
                .orElseThrow();
    }

    private static int check() {
        return Math.min(CHECK, Effort.steps(STEPS));
    }

    private static Calibration seen(List<long[]> windows) {
        return new Calibration(List.of(Sequences.of(Characters.sample(windows, 64, new Random(Effort.SWEEP_SEED)))));
    }

    private Start start(Map<String, Object> settings, Calibration calibration) {
        double rate = RATES[0];
        double least = Double.POSITIVE_INFINITY;
        for (double tried : RATES) {
            double reached = course(settings, calibration, Effort.SWEEP_SEED, tried, Effort.steps(STEPS))
                    .getLast()
                    .somali();
            System.err.printf("%s at %.0e: %.4f%n", settings, tried, reached);
            if (reached < least) {
                least = reached;
                rate = tried;
            }
        }
        var courses = new ArrayList<List<Check>>();
        for (long seed : Effort.seeds()) {
            courses.add(course(settings, calibration, seed, rate, check()));
        }
        return new Start(rate, courses);
    }

    private List<Check> course(
            Map<String, Object> settings, Calibration calibration, long seed, double rate, int every) {
        var checks = new ArrayList<Check>();
        var random = new Random(seed);
        try (var adapter = Methods.scan().attach(base.model(), settings, seed, calibration)) {
            adapter.train(true);
            Fit.run(
                    List.of(new Fit.Group(adapter.parameters().values(), rate)),
                    Effort.steps(STEPS),
                    step -> base.loss(adapter.hooks(), somali, random),
                    step -> {
                        if (step % every == 0) {
                            var hooks = adapter.hooks();
                            checks.add(new Check(step, base.nats(hooks, unseen), base.nats(hooks, english)));
                        }
                    });
        }
        return checks;
    }
}
