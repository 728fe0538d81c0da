package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Takes optimiser steps on an adapter. One step sees only its documents, its number and the seed. */
public final class Trainer implements AutoCloseable {
    private static final long SEED_STRIDE = 1_000_003;

    private final Adapter adapter;
    private final Hyperparameters settings;
    private final GradientSource source;
    private final AdamW optimiser;
    private final List<Tensor> parameters;
    private final Schedule schedule;

    /**
     * What a step did.
     *
     * @param loss mean cross-entropy of the targets before the step, nats a token
     * @param accuracy part of the targets that were the most likely token
     * @param gradientNorm of all parameters together, before clipping
     */
    public record Step(int tokens, int targets, double loss, double accuracy, double rate, double gradientNorm) {}

    public Trainer(CausalModel model, Adapter adapter, Hyperparameters settings, int totalSteps) {
        this.adapter = adapter;
        this.settings = settings;
        this.parameters = List.copyOf(adapter.parameters().values());
        adapter.train(true);
        this.source = GradientSource.of(model, adapter);
        this.optimiser = new AdamW(parameters);
        this.schedule = Schedule.of(settings, totalSteps);
    }

    AdamW optimiser() {
        return optimiser;
    }

    /** Takes step number {@code number}, counted from 1, on some batches. */
    public Step step(int number, List<Batch> batches) {
        Engine.seed(settings.seed() * SEED_STRIDE + number);
        adapter.train(true);
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
            Tensor norm = Kernels.call("clip_gradients", sums, settings.gradientClip());
            double rate = schedule.at(number);
            optimiser.step(sums, rate, settings.weightDecay(), number);
            double loss = losses.stream().mapToDouble(Tensor::item).sum();
            double correct = hits.stream().mapToDouble(Tensor::item).sum();
            adapter.train(false);
            return new Step(tokens, targets, loss / targets, correct / targets, rate, norm.item());
        }
    }

    @Override
    public void close() {
        optimiser.close();
    }
}
