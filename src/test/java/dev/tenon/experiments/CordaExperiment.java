package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.method.Calibration;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Sequences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * CorDA's claims: started from the task's examples it learns faster than LoRA, and started from examples of what is known
 * it forgets less of that at equal success.
 */
final class CordaExperiment {
    private static final int STEPS = 400;
    private static final int CHECK = 20;
    private static final int EARLY = 100;
    private static final int RANK = 4;
    private static final double LEARNT = 90;
    private static final double[] RATES = {1e-3, 3e-3, 1e-2};

    private final Page page = Page.open();
    private final Arithmetic knowledge = new Arithmetic(Operation.SUM);
    private final Arithmetic task = new Arithmetic(Operation.COMPLEMENT);
    private final CausalModel model = Arithmetic.base();
    private final Map<String, Course> courses = new LinkedHashMap<>();

    private CordaExperiment() {}

    /** What becomes of the task and of what was known, by seed. */
    private record Course(Figures steps, Figures early, Figures kept, Figures nats, Figures task, Figures known) {
        Course() {
            this(new Figures(), new Figures(), new Figures(), new Figures(), new Figures(), new Figures());
        }
    }

    private record Check(int step, double task, double known, double nats) {}

    public static void main(String[] args) {
        new CordaExperiment().run();
    }

    private void run() {
        page.text(
                "A decoder of two blocks, 64 wide, that knows sums of two numbers (%.1f %% of unseen ones right) learns their"
                        + " complements to 999 with updates of rank %d in all layers and %d steps, each start at the best of"
                        + " three rates with a seed of its own (the one that learns first). CorDA looks at 192 questions"
                        + " before: at complements (ipm) or at sums (kpm). Both signs are tried on unseen questions every %d"
                        + " steps. Right answers in percent, and nats a character; mean of %d seeds, ± half the distance of the extremes.",
                knowledge.right(model, dev.tenon.model.Hooks.NONE),
                RANK,
                Effort.steps(STEPS),
                check(),
                Effort.seeds().length);
        page.table(
                "start",
                "rate",
                "steps to %.0f %% of the task".formatted(LEARNT),
                "task after %d steps".formatted(Effort.steps(EARLY)),
                "sums when the task is learnt",
                "nats of sums then",
                "task at the end",
                "sums at the end");
        row("lora", Map.of("method", "lora", "rank", RANK, "alpha", RANK), new Calibration(List.of()));
        row(
                "pissa",
                Map.of("method", "lora", "rank", RANK, "alpha", RANK, "init_lora_weights", "pissa"),
                new Calibration(List.of()));
        row("corda, ipm", Map.of("method", "corda", "rank", RANK, "alpha", RANK), seen(task));
        row("corda, kpm", Map.of("method", "corda", "rank", RANK, "alpha", RANK, "mode", "kpm"), seen(knowledge));
        page.claims();
        page.less("ipm learns the task in fewer steps than LoRA", of("corda, ipm").steps, of("lora").steps, "%.0f");
        page.more("ipm is further than LoRA early on", of("corda, ipm").early, of("lora").early, "%.1f");
        page.more("kpm keeps more than LoRA when the task is learnt", of("corda, kpm").kept, of("lora").kept, "%.1f");
        page.less("kpm is nearer to what was known then, nats", of("corda, kpm").nats, of("lora").nats, "%.2f");
        page.less("and nearer than PiSSA, nats", of("corda, kpm").nats, of("pissa").nats, "%.2f");
        page.more("kpm keeps more than LoRA at the end", of("corda, kpm").known, of("lora").known, "%.1f");
        page.asMuch("kpm learns the task as well, within a point", of("corda, kpm").task, of("lora").task, 1, "%.1f");
        model.close();
        page.note("Complements contradict the sums of the same digits; another language contradicts nothing.\n");
        new CordaLanguages(page).run();
    }

    private Course of(String name) {
        return Objects.requireNonNull(courses.get(name), name);
    }

    private static int check() {
        return Math.min(CHECK, Effort.steps(STEPS));
    }

    private static Calibration seen(Arithmetic questions) {
        var random = new Random(Effort.SWEEP_SEED);
        return new Calibration(List.of(Sequences.of(questions.train(random)), Sequences.of(questions.train(random))));
    }

    private void row(String name, Map<String, Object> settings, Calibration calibration) {
        var run = new ArithmeticRun(task, model, settings, Effort.steps(STEPS), calibration);
        double rate = RATES[0];
        int fewest = Integer.MAX_VALUE;
        for (double tried : RATES) {
            int steps = learnt(checks(run, Effort.SWEEP_SEED, tried)).step();
            if (steps < fewest) {
                fewest = steps;
                rate = tried;
            }
        }
        var course = new Course();
        for (long seed : Effort.seeds()) {
            var checks = checks(run, seed, rate);
            var learnt = learnt(checks);
            course.steps.add(learnt.step());
            course.kept.add(learnt.known());
            course.nats.add(learnt.nats());
            course.early.add(at(checks, Effort.steps(EARLY)).task());
            course.task.add(checks.getLast().task());
            course.known.add(checks.getLast().known());
        }
        courses.put(name, course);
        page.row(
                name,
                "%.0e".formatted(rate),
                course.steps.text("%.0f"),
                course.early.text("%.1f"),
                course.kept.text("%.1f"),
                course.nats.text("%.2f"),
                course.task.text("%.1f"),
                course.known.text("%.1f"));
    }

    private List<Check> checks(ArithmeticRun run, long seed, double rate) {
        var checks = new ArrayList<Check>();
        run.trained(seed, rate, (adapter, step) -> {
                    if (step % check() == 0) {
                        var hooks = adapter.hooks();
                        checks.add(new Check(
                                step,
                                task.right(model, hooks),
                                knowledge.right(model, hooks),
                                knowledge.nats(model, hooks)));
                    }
                })
                .close();
        return checks;
    }

    /** Where the task is learnt, or the last. */
    private static Check learnt(List<Check> checks) {
        return checks.stream()
                .filter(check -> check.task() >= LEARNT)
                .findFirst()
                .orElse(checks.getLast());
    }

    private static Check at(List<Check> checks, int step) {
        return checks.stream().filter(check -> check.step() >= step).findFirst().orElse(checks.getLast());
    }
}
