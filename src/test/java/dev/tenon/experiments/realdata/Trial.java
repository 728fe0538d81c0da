package dev.tenon.experiments.realdata;

import dev.tenon.method.Tuned;
import dev.tenon.model.CausalModel;
import dev.tenon.training.Document;
import dev.tenon.training.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run: trains a contender and says how well it does. */
record Trial(Bench bench, Contender contender) {
    /** Factors of the product's rate among which one is chosen on other documents, in half a run. */
    static final List<Double> FACTORS = List.of(1.0, 0.3, 3.0);

    private static final long CHOOSING_SEED = 99;

    /** The factor of the learning rate that does best. */
    double bestFactor() {
        double best = FACTORS.getFirst();
        double least = Double.POSITIVE_INFINITY;
        for (double factor : FACTORS) {
            try (var tuned = bench.start(contender, CHOOSING_SEED)) {
                double loss = train(tuned, CHOOSING_SEED, factor, bench.steps() / 2)
                        ? Quality.of(bench.model(), tuned, bench.corpus().choosing())
                                .loss()
                        : Double.POSITIVE_INFINITY;
                if (loss < least) {
                    least = loss;
                    best = factor;
                }
            }
        }
        return best;
    }

    /** What a run of a seed comes to. */
    Map<String, Object> run(long seed, double factor) {
        var line = new LinkedHashMap<String, Object>();
        long begin = System.nanoTime();
        try (var tuned = bench.start(contender, seed)) {
            boolean finite = train(tuned, seed, factor, bench.steps());
            List<Document> documents = bench.corpus().testing();
            var quality = finite ? Quality.of(bench.model(), tuned, documents) : new Quality(Double.NaN, Double.NaN);
            line.put("factor", factor);
            line.put("rate", contender.rate() * factor);
            line.put("diverged", !finite);
            line.put("loss", finite ? quality.loss() : null);
            line.put("accuracy", finite ? quality.accuracy() : null);
            line.put("trained", tuned.parameterCount());
            if (finite && bench.model() instanceof CausalModel model) {
                line.put("written", Quality.written(model, tuned, bench.corpus()));
            }
        }
        line.put("seconds", (System.nanoTime() - begin) / 1e9);
        return line;
    }

    /** Whether the loss stayed a number. */
    private boolean train(Tuned tuned, long seed, double factor, int steps) {
        if (tuned.parameters().isEmpty()) {
            return true;
        }
        var settings = bench.hyperparameters(contender, factor, seed, steps);
        try (var trainer = new Trainer(bench.model(), tuned, settings, steps)) {
            int number = 0;
            for (var batch : bench.batches(seed, steps)) {
                if (!Double.isFinite(trainer.step(++number, List.of(batch)).loss())) {
                    return false;
                }
            }
        }
        return true;
    }
}
