package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise: the head beside an adapter learns at the rate that was asked for, whatever the method and its rate. */
class HeadRateTest {
    private static final double HEAD = 4e-3;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static Hyperparameters settings(double rate) {
        return new Hyperparameters(1, 2, 64, rate, "constant", 0, 0, 0, 1, 3, 1000, 1000, 0);
    }

    private static Tuned tuned(EncoderModel model, String method) {
        boolean hasTargets = List.of("lora", "full").contains(method);
        Map<String, Object> settings = hasTargets
                ? Map.of(Methods.METHOD, method, "target_modules", "all-linear")
                : Map.of(Methods.METHOD, method);
        return new Tuned(
                Methods.scan().attach(model, settings, 1),
                TrainedHead.fresh(model, HeadForm.Task.CLASSIFICATION, List.of("a", "b", "c"), 1));
    }

    private static List<Batch> batches() {
        int nothing = Document.NOTHING;
        return List.of(Batch.of(List.of(
                new Document(new int[] {3, 17, 4, 21}, new int[] {2, nothing, nothing, nothing}),
                new Document(new int[] {9, 14, 25}, new int[] {0, nothing, nothing}))));
    }

    private static Map<String, float[]> values(Map<String, Tensor> tensors) {
        var values = new HashMap<String, float[]>();
        try (var scope = Scope.open()) {
            tensors.forEach((name, tensor) ->
                    values.put(name, tensor.detach().reshape(-1).toFloats()));
        }
        return values;
    }

    private static Map<String, float[]> gradients(EncoderModel model, Tuned tuned) {
        var gradients = new HashMap<String, float[]>();
        try (var scope = Scope.open()) {
            var found = new TapeSource(model, tuned)
                    .compute(batches().getFirst(), 0.5)
                    .gradients()
                    .iterator();
            tuned.parameters()
                    .keySet()
                    .forEach(
                            name -> gradients.put(name, found.next().reshape(-1).toFloats()));
        }
        return gradients;
    }

    /** AdamW's first step by hand: both moments are the gradient's own, so a value moves by rate · g / (|g| + 1e-8). */
    @ParameterizedTest
    @ValueSource(strings = {"lora", "bitfit", "full", "language"})
    void aStepIsAsLongAsItsOwnRateSays(String method) {
        double rate = 5e-4;
        try (var model = TinyTask.encoder();
                var tuned = tuned(model, method)) {
            var before = values(tuned.parameters());
            var gradients = gradients(model, tuned);
            step(model, tuned, settings(rate).withHeadLearningRate(HEAD));
            var heads = Objects.requireNonNull(tuned.head()).parameters().keySet();
            values(tuned.parameters()).forEach((name, now) -> {
                float[] then = Objects.requireNonNull(before.get(name));
                float[] slope = Objects.requireNonNull(gradients.get(name));
                for (int i = 0; i < now.length; i++) {
                    double longest = heads.contains(name) ? HEAD : rate;
                    double hand = -longest * slope[i] / (Math.abs((double) slope[i]) + 1e-8);
                    // where a gradient is next to nothing its last digits decide
                    double slack = Math.abs(slope[i]) < 1e-6 ? longest : 2e-6;
                    assertThat((double) now[i] - then[i]).as(name).isCloseTo(hand, within(slack));
                }
            });
        }
    }

    @Test
    void whereTheMethodStandsStillTheHeadLearnsAlone() {
        try (var model = TinyTask.encoder();
                var tuned = tuned(model, "lora")) {
            var adapter = values(tuned.adapter().parameters());
            var head = values(Objects.requireNonNull(tuned.head()).parameters());
            step(model, tuned, settings(1e-30).withHeadLearningRate(HEAD));
            values(tuned.adapter().parameters())
                    .forEach((name, now) -> assertThat(
                                    TensorEngine.distance(now, Objects.requireNonNull(adapter.get(name))))
                            .as(name)
                            .isLessThan(1e-29));
            values(tuned.head().parameters())
                    .forEach((name, now) -> assertThat(now).as(name).isNotEqualTo(head.get(name)));
        }
    }

    /** A run that was described before heads had a rate has none. */
    @Test
    void aRunWithoutOneTrainsTheHeadAtTheMethodsRate() {
        try (var model = TinyTask.encoder();
                var first = tuned(model, "lora");
                var second = tuned(model, "lora")) {
            step(model, first, settings(HEAD));
            step(model, second, settings(HEAD).withHeadLearningRate(HEAD));
            var same = values(second.parameters());
            values(first.parameters())
                    .forEach((name, now) -> assertThat(now).as(name).isEqualTo(same.get(name)));
        }
    }

    @Test
    void aRunGoesOnFromACheckpointToTheSameBits(@TempDir Path folder) {
        var whole = steps(0, 6, folder);
        steps(0, 3, folder);
        steps(3, 6, folder).forEach((name, now) -> assertThat(now).as(name).isEqualTo(whole.get(name)));
    }

    private static Map<String, float[]> steps(int from, int to, Path folder) {
        var settings = settings(1e-3).withHeadLearningRate(HEAD);
        try (var model = TinyTask.encoder();
                var tuned = tuned(model, "lora");
                var trainer = new Trainer(model, tuned, settings, 6)) {
            if (from > 0) {
                RunState.restore(folder, tuned, trainer.optimiser());
            }
            for (int step = from + 1; step <= to; step++) {
                trainer.step(step, batches());
            }
            RunState.start().after(to, 0, 0, 0).save(folder, tuned, trainer.optimiser());
            return values(tuned.parameters());
        }
    }

    private static void step(EncoderModel model, Tuned tuned, Hyperparameters settings) {
        try (var trainer = new Trainer(model, tuned, settings, 1)) {
            trainer.step(1, batches());
        }
    }
}
