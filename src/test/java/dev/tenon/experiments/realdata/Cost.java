package dev.tenon.experiments.realdata;

import dev.tenon.method.AdapterFolder;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Tuned;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.training.Batch;
import dev.tenon.training.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a contender costs beside a LoRA of its size (rank 8, small: 2): time a step, memory, its folder, and to be merged or switched to. */
record Cost(Bench bench, Contender contender, Contender lora) {
    private static final int WARM_UP = 4;
    private static final int ROUNDS = 10;
    private static final int TIMES = 5;
    private static final long SEED = 7;

    Map<String, Object> measure() {
        var line = new LinkedHashMap<String, Object>();
        line.put("peakBytes", peak(contender));
        line.put("loraPeakBytes", peak(lora));
        steps(line);
        try (var tuned = bench.start(contender, SEED)) {
            train(tuned);
            folder(tuned, line);
            if (tuned.adapter() instanceof Mergeable mergeable) {
                line.put("mergeMillis", least(() -> merge(mergeable)));
            }
        }
        return line;
    }

    /** The most bytes of our tensors in two steps, the base's among them; of a method in phases one lies in each. */
    private long peak(Contender each) {
        var batches = bench.batches(SEED, 2);
        try (var tuned = bench.start(each, SEED);
                var trainer = trainer(tuned, batches.size())) {
            Ledger.resetPeak();
            trainer.step(1, List.of(batches.getFirst()));
            trainer.step(2, List.of(batches.getLast()));
            return Ledger.peakBytes();
        }
    }

    /** Steps of both in turns, on the same batches, so that whatever else the machine does meets both. */
    private void steps(Map<String, Object> line) {
        var batches = bench.batches(SEED, WARM_UP + ROUNDS);
        var ours = new double[ROUNDS];
        var theirs = new double[ROUNDS];
        try (var first = bench.start(contender, SEED);
                var second = bench.start(lora, SEED);
                var one = trainer(first, batches.size());
                var other = trainer(second, batches.size())) {
            for (int i = 0; i < batches.size(); i++) {
                double mine = millis(one, i + 1, batches.get(i));
                double its = millis(other, i + 1, batches.get(i));
                if (i >= WARM_UP) {
                    ours[i - WARM_UP] = mine;
                    theirs[i - WARM_UP] = its;
                }
            }
        }
        line.put("stepMillis", median(ours));
        line.put("loraStepMillis", median(theirs));
    }

    private Trainer trainer(Tuned tuned, int steps) {
        return new Trainer(bench.model(), tuned, bench.hyperparameters(contender, 0.1, SEED, steps), steps);
    }

    private void train(Tuned tuned) {
        var batches = bench.batches(SEED, 2);
        try (var trainer = trainer(tuned, batches.size())) {
            for (int i = 0; i < batches.size(); i++) {
                trainer.step(i + 1, List.of(batches.get(i)));
            }
        }
    }

    private static double millis(Trainer trainer, int number, Batch batch) {
        long begin = System.nanoTime();
        trainer.step(number, List.of(batch));
        return (System.nanoTime() - begin) / 1e6;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    /** Bytes on disk, and the time from there until it could answer. */
    private void folder(Tuned tuned, Map<String, Object> line) {
        if (contender.settings().isEmpty()) {
            return;
        }
        try {
            Path folder = Files.createTempDirectory("tenon-cost-");
            tuned.save(folder, bench.corpus().base());
            line.put("folderBytes", Files.size(folder.resolve(AdapterFolder.WEIGHTS)));
            line.put("loadMillis", least(() -> Tuned.load(bench.model(), folder).close()));
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Folds into the base's own tensors, and leaves them as they were. */
    private void merge(Mergeable adapter) {
        try (var scope = Scope.open()) {
            var originals = new LinkedHashMap<Tensor, Tensor>();
            for (String name : adapter.foldedNames()) {
                Tensor place = BaseTensors.find(bench.model(), name);
                Tensor folded = adapter.folded(name);
                if (place != null) {
                    originals.put(place, place.copy());
                    place.copyFrom(folded);
                }
            }
            originals.forEach(Tensor::copyFrom);
        }
    }

    private static double least(Runnable work) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TIMES; i++) {
            long begin = System.nanoTime();
            work.run();
            least = Math.min(least, (System.nanoTime() - begin) / 1e6);
        }
        return least;
    }
}
