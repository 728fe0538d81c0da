package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.RateFactors;
import dev.tenon.method.StepAware;
import dev.tenon.method.Tuned;
import dev.tenon.model.Network;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes optimiser steps on an adapter and the head beside it. One step sees only its documents, its number and the seed. */
public final class Trainer implements AutoCloseable {
    private static final long SEED_STRIDE = 1_000_003;

    private final Tuned tuned;
    private final Adapter adapter;
    private final Hyperparameters settings;
    private final Network model;
    private final Phases phases;
    private final int totalSteps;
    private GradientSource source;
    private AdamW optimiser;
    private Schedule schedule;
    private int earlierSteps;

    /**
     * What a step did.
     *
     * @param loss mean cross-entropy of the targets before the step, nats a target
     * @param accuracy part of the targets that were the most likely class
     * @param gradientNorm of all parameters together, before clipping
     */
    public record Step(int tokens, int targets, double loss, double accuracy, double rate, double gradientNorm) {}

    public Trainer(Network model, Adapter adapter, Hyperparameters settings, int totalSteps) {
        this(model, new Tuned(adapter, null), settings, totalSteps);
    }

    public Trainer(Network model, Tuned tuned, Hyperparameters settings, int totalSteps) {
        this.model = model;
        this.tuned = tuned;
        this.adapter = tuned.adapter();
        this.settings = settings;
        this.totalSteps = totalSteps;
        adapter.train(true);
        this.phases = new Phases(tuned, totalSteps, settings.seed());
        var span = phases.span();
        this.source = GradientSource.of(model, tuned, settings.batchSize());
        this.optimiser = optimiserNow();
        this.schedule = Schedule.of(settings, span.steps());
        this.earlierSteps = span.before();
    }

    private AdamW optimiserNow() {
        return new AdamW(List.copyOf(tuned.parameters().values()), factors());
    }

    /** Goes on to the phase of a step, whose parameters, optimiser and schedule are new ones. */
    void enterPhaseOf(int number) {
        if (phases.enter(number)) {
            source.close();
            optimiser.close();
            var span = phases.span();
            source = GradientSource.of(model, tuned, settings.batchSize());
            optimiser = optimiserNow();
            schedule = Schedule.of(settings, span.steps());
            earlierSteps = span.before();
        }
    }

    /** Whether what it has learnt is a result, and not a phase's on the way to one. */
    boolean isInLastPhase() {
        return phases.isLast();
    }

    private List<Double> factors() {
        var own = adapter.parameters().keySet();
        return tuned.parameters().keySet().stream()
                .map(name -> own.contains(name) ? factor(name) : headFactor())
                .toList();
    }

    private double factor(String name) {
        return adapter instanceof RateFactors rates ? rates.rateFactor(name) : 1;
    }

    /** A run that was begun before heads had a rate of their own goes on with the method's. */
    private double headFactor() {
        var rate = settings.headLearningRate();
        return rate == null ? 1 : rate / settings.learningRate();
    }

    AdamW optimiser() {
        return optimiser;
    }

    /** Takes step number {@code number}, counted from 1, on some batches. */
    public Step step(int number, List<Batch> batches) {
        enterPhaseOf(number);
        Engine.seed(settings.seed() * SEED_STRIDE + number);
        adapter.train(true);
        var here = new StepAware.Step(number, totalSteps, settings.seed());
        if (adapter instanceof StepAware aware) {
            aware.before(here);
        }
        source.look(batches.getFirst());
        Engine.seed(settings.seed() * SEED_STRIDE + number);
        int tokens = batches.stream().mapToInt(Batch::tokens).sum();
        int targets = batches.stream().mapToInt(batch -> batch.targets().length).sum();
        try (var scope = Scope.open()) {
            var losses = new ArrayList<Tensor>();
            var hits = new ArrayList<Tensor>();
            List<Tensor> sums = List.of();
            for (Batch batch : batches) {
                try (var inner = Scope.open()) {
                    var result = source.compute(batch, 1.0 / targets);
                    losses.add(inner.keep(result.loss()));
                    hits.add(inner.keep(result.correct()));
                    if (sums.isEmpty()) {
                        sums = result.gradients().stream().map(inner::keep).toList();
                    } else {
                        Kernels.callNothing("accumulate", sums, result.gradients());
                    }
                }
            }
            if (adapter instanceof StepAware aware) {
                aware.gradients(here, named(sums));
            }
            Tensor norm = optimiser.take(sums, settings.gradientClip());
            double rate = schedule.at(number - earlierSteps);
            optimiser.step(rate, settings.weightDecay(), number - earlierSteps);
            if (adapter instanceof StepAware aware) {
                aware.after(here);
            }
            double loss = losses.stream().mapToDouble(Tensor::item).sum();
            double correct = hits.stream().mapToDouble(Tensor::item).sum();
            adapter.train(false);
            return new Step(tokens, targets, loss / targets, correct / targets, rate, norm.item());
        }
    }

    private Map<String, Tensor> named(List<Tensor> gradients) {
        var named = new LinkedHashMap<String, Tensor>();
        for (String name : adapter.parameters().keySet()) {
            named.put(name, gradients.get(named.size()));
        }
        return named;
    }

    @Override
    public void close() {
        source.close();
        optimiser.close();
        phases.close();
    }
}
