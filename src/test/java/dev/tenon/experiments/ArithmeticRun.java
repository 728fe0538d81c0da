package dev.tenon.experiments;

import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import java.util.Map;
import java.util.Random;

/** Adapts the decoder that knows sums to another task. */
record ArithmeticRun(Arithmetic task, CausalModel model, Map<String, Object> settings, int steps) {
    /** A seed that no reported figure has. */
    private static final long SWEEP_SEED = 99;

    long parameters() {
        try (var adapter = Methods.scan().attach(model, settings, 1)) {
            return adapter.parameterCount();
        }
    }

    /** The rate that does best with a seed of its own. */
    double bestRate(double... rates) {
        double best = rates[0];
        double most = -1;
        for (double rate : rates) {
            double right = right(SWEEP_SEED, rate);
            if (right > most) {
                most = right;
                best = rate;
            }
        }
        return best;
    }

    /** What several seeds reach. */
    Figures figures(double rate, long... seeds) {
        var figures = new Figures();
        for (long seed : seeds) {
            figures.add(right(seed, rate));
        }
        return figures;
    }

    /** The share of unseen questions that are right after training, in percent. */
    double right(long seed, double rate) {
        var random = new Random(seed);
        try (var adapter = Methods.scan().attach(model, settings, seed)) {
            adapter.train(true);
            Fit.run(
                    adapter.parameters().values(),
                    steps,
                    rate,
                    step -> task.loss(model, adapter.hooks(), task.train(random)));
            adapter.train(false);
            return task.right(model, adapter.hooks());
        }
    }
}
