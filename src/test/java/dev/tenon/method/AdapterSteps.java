package dev.tenon.method;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * AdamW steps on one loss, written from the capabilities' own descriptions and independent of the product's trainer.
 *
 * @param decay of the weights
 */
record AdapterSteps(double rate, double beta1, double beta2, double epsilon, double decay) {
    /** Takes steps on an adapter that stands alone. */
    double[] run(Adapter adapter, int steps, long seed, Supplier<Tensor> task) {
        return run(new Tuned(adapter, null), steps, seed, task);
    }

    /** Takes steps and returns the loss, with the adapter's own term, before each. */
    double[] run(Tuned tuned, int steps, long seed, Supplier<Tensor> task) {
        var losses = new double[steps];
        var adapter = tuned.adapter();
        int done = 0;
        adapter.train(true);
        while (done < steps) {
            int before = done;
            if (adapter instanceof Phased phased && !phased.isInLastPhase()) {
                phased.enter(phased.phaseOf(new StepAware.Step(before + 1, steps, seed)));
            }
            done = phase(tuned, before, steps, seed, task, losses);
        }
        adapter.train(false);
        return losses;
    }

    /** Takes the steps of one phase, with moments that begin at zero, and returns the number of the last. */
    private int phase(Tuned tuned, int before, int steps, long seed, Supplier<Tensor> task, double[] losses) {
        var adapter = tuned.adapter();
        var parameters = List.copyOf(tuned.parameters().values());
        var names = List.copyOf(tuned.parameters().keySet());
        try (var scope = Scope.open()) {
            var first = parameters.stream().map(AdapterSteps::zeros).toList();
            var second = parameters.stream().map(AdapterSteps::zeros).toList();
            for (int number = before + 1; number <= steps; number++) {
                var here = new StepAware.Step(number, steps, seed);
                if (adapter instanceof Phased phased
                        && !phased.isInLastPhase()
                        && phased.phaseOf(here) != phased.phase()) {
                    return number - 1;
                }
                try (var inner = Scope.open();
                        var tape = Tape.open()) {
                    if (adapter instanceof StepAware aware) {
                        aware.before(here);
                    }
                    Tensor loss = task.get();
                    if (adapter instanceof OwnObjective own) {
                        loss = loss.add(own.penalty());
                    }
                    losses[number - 1] = loss.item();
                    var gradients = tape.gradients(loss, parameters);
                    if (adapter instanceof StepAware aware) {
                        var named = new LinkedHashMap<String, Tensor>();
                        adapter.parameters().keySet().forEach(name -> named.put(name, gradients.get(named.size())));
                        aware.gradients(here, named);
                    }
                    for (int i = 0; i < parameters.size(); i++) {
                        boolean own = adapter.parameters().containsKey(names.get(i));
                        double factor =
                                own && adapter instanceof RateFactors rates ? rates.rateFactor(names.get(i)) : 1;
                        Kernels.callNothing(
                                "adamw_step",
                                List.of(parameters.get(i)),
                                List.of(gradients.get(i)),
                                gradients.get(i),
                                first.get(i),
                                second.get(i),
                                rate * factor,
                                beta1,
                                beta2,
                                epsilon,
                                decay,
                                number - before);
                    }
                    if (adapter instanceof StepAware aware) {
                        aware.after(here);
                    }
                }
            }
        }
        return steps;
    }

    private static Tensor zeros(Tensor like) {
        return Kernels.call("zeros_like", like.detach());
    }
}
