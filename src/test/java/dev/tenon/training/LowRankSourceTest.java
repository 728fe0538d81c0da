package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.StepAware;
import dev.tenon.method.TinyTask;
import dev.tenon.method.Tuned;
import dev.tenon.model.Quantisation;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-derived gradient and a tape over the whole model agree, whatever the pairs are made of. */
class LowRankSourceTest {
    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    static List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "lora", "rank", 3),
                Map.of("method", "lora", "rank", 3, "init_lora_weights", "pissa"),
                Map.of("method", "adalora", "init_rank", 4, "target_rank", 2),
                Map.of("method", "dylora", "rank", 4),
                Map.of("method", "dylora", "rank", 4, "update", "frozen"),
                Map.of("method", "paca", "rank", 4));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void bothWaysGiveTheSameGradient(Map<String, Object> settings) {
        bothWaysGiveTheSameGradient(settings, null);
    }

    /** Where the one has a block's matrices dense at a time, and the other is taped in segments. */
    @ParameterizedTest
    @MethodSource("settings")
    void bothWaysGiveTheSameGradientOnABaseInFewerBits(Map<String, Object> settings) {
        bothWaysGiveTheSameGradient(settings, new Quantisation(Format.NF4, false, Grain.GROUP, 8, true));
    }

    private static void bothWaysGiveTheSameGradient(Map<String, Object> settings, @Nullable Quantisation form) {
        try (var model = TinyTask.model(form);
                var adapter = Methods.scan().attach(model, settings, 1);
                var scope = Scope.open()) {
            shake(adapter);
            adapter.train(true);
            if (adapter instanceof StepAware aware) {
                aware.before(new StepAware.Step(3, 50, 1));
            }
            var batch =
                    new Batch(TinyTask.sequences(), new long[] {0, 1, 2, 3, 7, 8}, new long[] {17, 4, 21, 8, 9, 14});
            var source = GradientSource.of(model, new Tuned(adapter, null));
            assertThat(source).isInstanceOf(LowRankSource.class);
            var quick = source.compute(batch, 1.0 / 6);
            var taped = new TapeSource(model, new Tuned(adapter, null)).compute(batch, 1.0 / 6);
            assertThat(quick.loss().item()).isCloseTo(taped.loss().item(), org.assertj.core.data.Offset.offset(1e-4));
            for (int i = 0; i < taped.gradients().size(); i++) {
                float[] ours = quick.gradients().get(i).toFloats();
                float[] theirs = taped.gradients().get(i).toFloats();
                assertThat(TensorEngine.distance(ours, theirs))
                        .as("parameter " + i)
                        .isLessThan(3e-5 * Math.max(1, TensorEngine.distance(theirs, new float[theirs.length])));
            }
        }
    }

    /** Moves every parameter off its special start. */
    private static void shake(Adapter adapter) {
        var random = new Random(5);
        adapter.parameters()
                .values()
                .forEach(parameter -> parameter.copyFrom(parameter
                        .detach()
                        .add(Tensors.randn(random, parameter.shape()).mul(0.1))));
    }
}
