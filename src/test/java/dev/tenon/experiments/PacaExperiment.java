package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.method.Adapter;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.training.Batch;
import dev.tenon.training.Document;
import dev.tenon.training.Hyperparameters;
import dev.tenon.training.Trainer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** PaCA's claims against LoRA at an equal number of trained values: it learns as much, keeps less, and a step is faster. */
final class PacaExperiment {
    private static final int STEPS = 400;
    private static final int TIMED = 40;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final String LORA = "lora, rank 4";
    private static final String PACA = "paca, rank 8";

    private final Page page = Page.open();
    private final Arithmetic task = new Arithmetic(Operation.COMPLEMENT);
    private final CausalModel model = Arithmetic.base();
    private final Map<String, Row> rows = new LinkedHashMap<>();

    private PacaExperiment() {}

    private record Row(ArithmeticRun run, double rate, Figures right, Figures kept, Figures tape, Figures job) {}

    public static void main(String[] args) {
        new PacaExperiment().run();
    }

    private void run() {
        page.text(
                "A decoder of two blocks, 64 wide, that knows sums of two numbers learns what they lack to 999, under a sign"
                        + " that it has never seen, in %d steps at the best of three rates with a seed of its own. What the"
                        + " forward pass keeps for the gradient is counted by the C library. The time is the thread's on its"
                        + " processor, LoRA and PaCA in turns of %d steps of 96 questions: with both gradients from a tape,"
                        + " and as in a job, by the gradient that is written out for low-rank pairs, to which PaCA comes as"
                        + " a pair whose A picks columns. Mean of %d seeds, ± half the distance of the extremes.",
                Effort.steps(STEPS), Effort.steps(TIMED), Effort.seeds().length);
        add(LORA, Map.of("method", "lora", "rank", 4, "alpha", 8));
        add(PACA, Map.of("method", "paca", "rank", 8, "alpha", 8));
        for (long seed : Effort.seeds()) {
            // the first turn of each is not counted: libtorch plans its kernels in it
            rows.values().forEach(row -> taped(row, seed));
            rows.values().forEach(row -> row.tape.add(taped(row, seed)));
            rows.values().forEach(row -> asInJob(row, seed));
            rows.values().forEach(row -> row.job.add(asInJob(row, seed)));
        }
        for (long seed : Effort.seeds()) {
            rows.values().forEach(row -> row.kept.add(kept(row, seed)));
        }
        page.table(
                "adapter",
                "trained",
                "rate",
                "complements right, %",
                "kept, KiB",
                "ms a step, tape",
                "ms a step, as in a job");
        rows.forEach((name, row) -> page.row(
                name,
                "%,d".formatted(row.run.parameters()),
                "%.0e".formatted(row.rate),
                row.right.text("%.1f"),
                row.kept.text("%.0f"),
                row.tape.text("%.2f"),
                row.job.text("%.2f")));
        page.claims();
        var lora = Objects.requireNonNull(rows.get(LORA));
        var paca = Objects.requireNonNull(rows.get(PACA));
        page.asMuch("It learns as much, within a point", paca.right, lora.right, 1, "%.1f");
        page.less("It keeps less for the gradient, KiB", paca.kept, lora.kept, "%.0f");
        page.less("A step from a tape takes less, ms", paca.tape, lora.tape, "%.2f");
        page.less("A step as in a job takes less, ms", paca.job, lora.job, "%.2f");
        page.note("The times are those of a thread on a machine that may have run other programs beside it.");
        model.close();
    }

    private void add(String name, Map<String, Object> settings) {
        var run = new ArithmeticRun(task, model, settings, STEPS);
        double rate = run.bestRate(RATES);
        var right = run.figures(rate, Effort.seeds());
        rows.put(name, new Row(run, rate, right, new Figures(), new Figures(), new Figures()));
    }

    /** Milliseconds of this thread's processor a step. */
    private static double time(Runnable steps) {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        steps.run();
        return (threads.getCurrentThreadCpuTime() - before) / 1e6 / Effort.steps(TIMED);
    }

    private double taped(Row row, long seed) {
        var run = new ArithmeticRun(task, model, row.run.settings(), TIMED);
        return time(() -> run.trained(seed, row.rate).close());
    }

    private double asInJob(Row row, long seed) {
        int steps = Effort.steps(TIMED);
        var random = new Random(seed);
        var batches = new java.util.ArrayList<Batch>();
        for (int i = 0; i < steps; i++) {
            batches.add(Batch.of(
                    task.train(random).stream().map(PacaExperiment::document).toList()));
        }
        try (var adapter = row.run.attach(seed)) {
            int examples = 96;
            var settings = Hyperparameters.resolve(1, examples, 1.0, seed, examples * steps, 0, 9, row.rate);
            try (var trainer = new Trainer(model, adapter, settings, steps)) {
                return time(() -> {
                    for (int step = 1; step <= steps; step++) {
                        trainer.step(step, List.of(batches.get(step - 1)));
                    }
                });
            }
        }
    }

    private static Document document(long[] row) {
        int[] ids = Arrays.stream(row).mapToInt(Math::toIntExact).toArray();
        var trained = new boolean[ids.length];
        Arrays.fill(trained, ids.length - 3, ids.length, true);
        return Document.next(ids, trained);
    }

    /** KiB that a forward pass leaves behind while its gradient is not yet asked for. */
    private double kept(Row row, long seed) {
        try (Adapter adapter = row.run.attach(seed)) {
            adapter.train(true);
            measured(adapter, seed);
            return measured(adapter, seed) / 1024.0;
        }
    }

    private long measured(Adapter adapter, long seed) {
        try (var scope = Scope.open();
                var tape = Tape.open()) {
            long before = NativeHeap.bytes();
            Tensor loss;
            try (var inner = Scope.open()) {
                loss = inner.keep(task.loss(model, adapter.hooks(), task.train(new Random(seed))));
            }
            long kept = NativeHeap.bytes() - before;
            tape.backward(loss);
            return kept;
        }
    }
}
