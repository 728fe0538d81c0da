package dev.tenon.experiments;

import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.StepAware;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ObjIntConsumer;
import java.util.function.ToDoubleFunction;

/** Adapts the decoder that knows sums to another task. */
record ArithmeticRun(
        Arithmetic task, CausalModel model, Map<String, Object> settings, int steps, Calibration calibration) {
    ArithmeticRun(Arithmetic task, CausalModel model, Map<String, Object> settings, int steps) {
        this(task, model, settings, Effort.steps(steps), new Calibration(List.of()));
    }

    Adapter attach(long seed) {
        return Methods.scan().attach(model, settings, seed, calibration);
    }

    long parameters() {
        try (var adapter = attach(1)) {
            return adapter.parameterCount();
        }
    }

    /** The rate with which most is right, with a seed of its own. */
    double bestRate(double... rates) {
        return bestRate(this::right, rates);
    }

    /** The rate with which a trained adapter's score is highest, with a seed of its own. */
    double bestRate(ToDoubleFunction<Adapter> score, double... rates) {
        double best = rates[0];
        double most = Double.NEGATIVE_INFINITY;
        for (double rate : rates) {
            try (var adapter = trained(Effort.SWEEP_SEED, rate)) {
                double reached = score.applyAsDouble(adapter);
                System.err.printf("%s at %.0e: %.3f%n", settings, rate, reached);
                if (reached > most) {
                    most = reached;
                    best = rate;
                }
            }
        }
        return best;
    }

    /** What several seeds get right. */
    Figures figures(double rate, long... seeds) {
        var figures = new Figures();
        for (long seed : seeds) {
            try (var adapter = trained(seed, rate)) {
                figures.add(right(adapter));
            }
        }
        return figures;
    }

    /** The share of unseen questions that a trained adapter gets right, in percent. */
    double right(Adapter adapter) {
        return task.right(model, adapter.hooks());
    }

    Adapter trained(long seed, double rate) {
        return trained(seed, rate, (adapter, step) -> {});
    }

    /** @param after told every step that was made, with the adapter as it then is */
    Adapter trained(long seed, double rate, ObjIntConsumer<Adapter> after) {
        var random = new Random(seed);
        var adapter = attach(seed);
        adapter.train(true);
        Fit.run(
                List.of(new Fit.Group(adapter.parameters().values(), rate)),
                steps,
                step -> loss(adapter, step, seed, random),
                step -> {
                    adapter.train(false);
                    after.accept(adapter, step);
                    adapter.train(true);
                });
        adapter.train(false);
        return adapter;
    }

    private Tensor loss(Adapter adapter, int step, long seed, Random random) {
        if (adapter instanceof StepAware aware) {
            aware.before(new StepAware.Step(step, steps, seed));
        }
        Tensor loss = task.loss(model, adapter.hooks(), task.train(random));
        return adapter instanceof OwnObjective own ? loss.add(own.penalty()) : loss;
    }
}
