package dev.tenon.bench;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
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
 * the median over the rounds. On a CPU a step is measured in processor time, which other processes do not lengthen, on a
 * GPU by the clock. Prints a table.
 */
public final class MethodBench {
    private static final int WARM_UP = 2;
    private static final String REFERENCE = "lora";

    private MethodBench() {}

    /** One method at work and how long its steps took, milliseconds. */
    private record Turn(
            String id, Map<String, Object> settings, Adapter adapter, Trainer trainer, List<Double> millis) {
        double median() {
            return MethodBench.median(millis);
        }

        double against(Turn other) {
            var ratios = new ArrayList<Double>();
            for (int i = 0; i < millis.size(); i++) {
                ratios.add(millis.get(i) / other.millis.get(i));
            }
            return MethodBench.median(ratios);
        }
    }

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
            } finally {
                turns.forEach(turn -> {
                    turn.trainer.close();
                    turn.adapter.close();
                });
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
        turns.add(turn(options, model, methods, REFERENCE, reference));
        for (var given : candidates(options, methods)) {
            String id = String.valueOf(given.get(Methods.METHOD));
            if (methods.require(id).suits(model.config())) {
                try {
                    turns.add(turn(options, model, methods, id, Budget.settings(methods, given, outline, budget)));
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
                candidates.add(Map.of(Methods.METHOD, id));
            }
        }
        candidates.addAll(new JsonMapper().readValue(options.text("also"), new TypeReference<>() {}));
        return candidates;
    }

    private static Turn turn(
            Arguments options, CausalModel model, Methods methods, String id, Map<String, Object> settings) {
        int steps = WARM_UP + options.number("rounds");
        var course = new Hyperparameters(
                1, options.number("batch"), options.number("length"), 1e-4, "constant", 0, 0, 1, 1, 1, steps, steps, 0);
        var examples = batch(options, model, 0).sequences();
        var calibration = new Calibration(
                List.of(examples), text -> text.chars().asLongStream().toArray());
        var adapter = methods.attach(model, settings, 1, calibration);
        return new Turn(id, settings, adapter, new Trainer(model, adapter, course, steps), new ArrayList<>());
    }

    private static Batch batch(Arguments options, CausalModel model, int seed) {
        return TrainBench.batch(model, options.number("batch"), options.number("length"), seed);
    }

    private static void run(Arguments options, CausalModel model, List<Turn> turns) {
        for (int round = 1; round <= WARM_UP + options.number("rounds"); round++) {
            var batches = List.of(batch(options, model, round));
            for (var turn : turns) {
                double begin = clock(model.device());
                turn.trainer.step(round, batches);
                if (round > WARM_UP) {
                    turn.millis.add(clock(model.device()) - begin);
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
                        turn.id,
                        turn.settings.entrySet().stream()
                                .filter(entry -> !entry.getKey().equals(Methods.METHOD))
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("its own"),
                        turn.adapter.parameterCount(),
                        turn.median(),
                        turn.against(reference)));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
