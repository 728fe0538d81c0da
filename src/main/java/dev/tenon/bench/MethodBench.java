package dev.tenon.bench;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.Phased;
import dev.tenon.method.StepAware;
import dev.tenon.model.CausalModel;
import dev.tenon.model.ModelOutline;
import dev.tenon.tensor.Device;
import dev.tenon.training.Batch;
import dev.tenon.training.Hyperparameters;
import dev.tenon.training.Trainer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares the training steps of all methods there are with LoRA's, at about the same number of trained values. The
 * methods take turns in one process, a step each, so that whatever else the machine does slows all of them; the ratio is
 * the median over the rounds. A method that trains in phases takes a turn in each; one that is made of finished adapters is
 * made of four fresh ones. On a CPU a step is measured in processor time, which other processes do not lengthen, on a
 * GPU by the clock. Prints a table, and which methods take longer than 1.3 times LoRA's steps without their card saying why.
 */
public final class MethodBench {
    private static final int WARM_UP = 2;
    private static final String REFERENCE = "lora";
    private static final double UNREMARKABLE = 1.3;

    /** Of a run in phases: enough for each of them to have a turn. */
    private static final int LONG = 20;

    private MethodBench() {}

    public static void main(String[] args) {
        var options = new Arguments(
                args,
                "model",
                "src/main/resources/models/tenon-base-7m",
                "methods",
                "",
                "also",
                "[{\"method\": \"lora\", \"use_dora\": true}]",
                "rank",
                "8",
                "batch",
                "8",
                "length",
                "128",
                "rounds",
                "7");
        try (var model = BenchModel.open(options, null)) {
            var turns = turns(options, model);
            try {
                run(options, model, turns);
                print(turns);
                printUnexplained(turns);
            } finally {
                turns.forEach(Turn::close);
            }
        }
    }

    private static List<Turn> turns(Arguments options, CausalModel model) {
        var methods = Methods.scan();
        var outline = ModelOutline.of(model.config());
        Map<String, Object> reference =
                Map.of(Methods.METHOD, REFERENCE, "rank", options.number("rank"), "target_modules", "all-linear");
        long budget = Budget.count(methods, reference, outline);
        var turns = new ArrayList<Turn>();
        turns.addAll(turns(options, model, methods, REFERENCE, reference));
        for (var given : candidates(options, methods)) {
            String id = String.valueOf(given.get(Methods.METHOD));
            if (methods.require(id).suits(model.config())) {
                try {
                    turns.addAll(turns(options, model, methods, id, Budget.settings(methods, given, outline, budget)));
                } catch (Problem refused) {
                    System.err.println(id + ": " + refused.getMessage());
                }
            }
        }
        return turns;
    }

    /** Every method but the reference, and the settings named besides. */
    private static List<Map<String, Object>> candidates(Arguments options, Methods methods) {
        var candidates = new ArrayList<Map<String, Object>>();
        for (var method : methods.all()) {
            String id = method.descriptor().id();
            boolean wanted = options.text("methods").isEmpty()
                    || List.of(options.text("methods").split(",")).contains(id);
            if (wanted && !id.equals(REFERENCE)) {
                candidates.add(FreshSources.named(methods, id));
            }
        }
        candidates.addAll(new JsonMapper().readValue(options.text("also"), new TypeReference<>() {}));
        return candidates;
    }

    /** One turn, or one for each phase, begun with a step of every phase before it, which may decide what it trains. */
    private static List<Turn> turns(
            Arguments options, CausalModel model, Methods methods, String id, Map<String, Object> settings) {
        int steps = WARM_UP + options.number("rounds");
        var first = attach(options, model, methods, settings);
        if (!(first instanceof Phased phased)) {
            return List.of(turn(options, model, id, id, settings, first, 1, steps));
        }
        var turns = new ArrayList<Turn>();
        int total = steps * LONG;
        int last = phased.phaseOf(new StepAware.Step(total, total, 1));
        for (int phase = 0; phase <= last; phase++) {
            int number = 1;
            while (phased.phaseOf(new StepAware.Step(number, total, 1)) < phase) {
                number++;
            }
            var adapter = phase == 0 ? first : attach(options, model, methods, settings);
            String label = "%s, phase %d of %d".formatted(id, phase + 1, last + 1);
            var turn = turn(options, model, id, label, settings, adapter, number, total);
            turns.forEach(earlier -> turn.trainer().step(earlier.first(), List.of(batch(options, model, 0))));
            turns.add(turn);
        }
        return turns;
    }

    private static Turn turn(
            Arguments options,
            CausalModel model,
            String id,
            String label,
            Map<String, Object> settings,
            Adapter adapter,
            int first,
            int total) {
        var course = new Hyperparameters(
                1, options.number("batch"), options.number("length"), 1e-4, "constant", 0, 0, 1, 1, 1, total, total, 0);
        return new Turn(
                id, label, settings, adapter, new Trainer(model, adapter, course, total), first, new ArrayList<>());
    }

    private static Adapter attach(Arguments options, CausalModel model, Methods methods, Map<String, Object> settings) {
        var examples = batch(options, model, 0).sequences();
        var sources = FreshSources.make(methods, model, settings);
        try {
            var calibration = new Calibration(
                    List.of(examples), text -> text.chars().asLongStream().toArray(), sources);
            return methods.attach(model, settings, 1, calibration);
        } finally {
            sources.forEach(Adapter::close);
        }
    }

    private static Batch batch(Arguments options, CausalModel model, int seed) {
        return TrainBench.batch(model, options.number("batch"), options.number("length"), seed);
    }

    private static void run(Arguments options, CausalModel model, List<Turn> turns) {
        for (int round = 0; round < WARM_UP + options.number("rounds"); round++) {
            var batches = List.of(batch(options, model, round + 1));
            for (var turn : turns) {
                double begin = clock(model.device());
                turn.step(round, batches);
                if (round >= WARM_UP) {
                    turn.millis().add(clock(model.device()) - begin);
                }
            }
        }
    }

    /** Milliseconds of this process's processors, or of the wall where a GPU computes. */
    private static double clock(Device device) {
        return device.isGpu() ? System.nanoTime() / 1e6 : Machine.processorMillis();
    }

    private static void print(List<Turn> turns) {
        var reference = turns.getFirst();
        System.out.println("| method | settings | trained values | ms/step | against LoRA |");
        System.out.println("|---|---|---|---|---|");
        turns.stream()
                .sorted(Comparator.comparingDouble(turn -> turn.against(reference)))
                .forEach(turn -> System.out.printf(
                        "| %s | %s | %,d | %.0f | %.2f |%n",
                        turn.label(),
                        turn.settings().entrySet().stream()
                                .filter(entry -> !entry.getKey().equals(Methods.METHOD))
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("its own"),
                        turn.adapter().parameterCount(),
                        turn.median(),
                        turn.against(reference)));
    }

    private static void printUnexplained(List<Turn> turns) {
        var methods = Methods.scan();
        var reference = turns.getFirst();
        turns.stream()
                .filter(turn -> turn.against(reference) > UNREMARKABLE
                        && methods.require(turn.id()).descriptor().cost().isEmpty())
                .forEach(turn -> System.out.printf(
                        "%s takes more than %.1f times as long as %s, and its card does not say why.%n",
                        turn.label(), UNREMARKABLE, REFERENCE));
    }
}
