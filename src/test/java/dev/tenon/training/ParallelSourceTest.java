package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.StepAware;
import dev.tenon.method.TinyTask;
import dev.tenon.method.Tuned;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents computed side by side give what one pass over all of them gives. */
class ParallelSourceTest {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void everyMethodsGradientIsThatOfOnePass() {
        var methods = Methods.scan();
        var checked = new ArrayList<String>();
        try (var model = Models.load(BASE, Device.cpu(), DType.F32)) {
            for (var method : methods.all()) {
                try (var adapter = methods.attach(
                        model, Map.of(Methods.METHOD, method.descriptor().id()), 1, calibration())) {
                    compare(model, adapter);
                    checked.add(method.descriptor().id());
                } catch (Problem notForThisBase) {
                    assertThat(notForThisBase.status()).isEqualTo(400);
                }
            }
        }
        assertThat(checked).contains("lora", "ia3");
    }

    private static Calibration calibration() {
        return new Calibration(
                List.of(new Sequences(new long[] {5, 6, 7, 8, 9, 10, 11, 12}, new long[] {8})),
                text -> text.chars().asLongStream().toArray());
    }

    private static void compare(CausalModel model, Adapter adapter) {
        adapter.train(true);
        var batch = batch(4000, 7, 30, 12, 9);
        try (var scope = Scope.open();
                var divided = GradientSource.of(model, new Tuned(adapter, null), 4)) {
            if (adapter instanceof StepAware aware) {
                aware.before(new StepAware.Step(2, 20, 1));
            }
            divided.look(batch);
            Engine.seed(5);
            var apart = divided.compute(batch, 1.0 / batch.targets().length);
            Engine.seed(5);
            var whole = GradientSource.of(model, new Tuned(adapter, null)).compute(batch, 1.0 / batch.targets().length);
            assertThat(apart.loss().item())
                    .isCloseTo(whole.loss().item(), org.assertj.core.data.Percentage.withPercentage(0.001));
            assertThat(apart.correct().item()).isEqualTo(whole.correct().item());
            for (int i = 0; i < whole.gradients().size(); i++) {
                float[] expected = whole.gradients().get(i).toFloats();
                double size = IntStream.range(0, expected.length)
                        .mapToDouble(at -> Math.abs(expected[at]))
                        .max()
                        .orElse(0);
                assertThat(TensorEngine.distance(apart.gradients().get(i).toFloats(), expected))
                        .as(adapter.getClass().getSimpleName() + " parameter " + i)
                        .isLessThanOrEqualTo(1e-3 * size + 1e-7);
            }
        }
    }

    /** Dropout draws from one generator, in the order of the tokens: such a step is left whole, so that it can be repeated. */
    @Test
    void whatDrawsRandomNumbersIsLeftWhole() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, Map.of("rank", 2, "dropout", 0.5), 1);
                var scope = Scope.open();
                var divided = GradientSource.of(model, new Tuned(adapter, null), 4)) {
            adapter.train(true);
            var batch = batch(40, 20, 20, 20);
            divided.look(batch);
            Engine.seed(3);
            double once = divided.compute(batch, 1).loss().item();
            Engine.seed(3);
            double again = GradientSource.of(model, new Tuned(adapter, null))
                    .compute(batch, 1)
                    .loss()
                    .item();
            assertThat(once).isEqualTo(again);
        }
    }

    @Test
    void documentsAreDealtWholeAndEvenly() {
        var batch = batch(4000, 7, 30, 12, 9);
        var parts = batch.parts(2);
        assertThat(parts).hasSize(2);
        assertThat(parts.stream().map(part -> part.sequences().lengths()))
                .containsExactly(new long[] {30}, new long[] {7, 12, 9});
        var last = parts.getLast();
        assertThat(last.sequences().ids()[0]).isEqualTo(batch.sequences().ids()[0]);
        assertThat(last.sequences().ids()[7]).isEqualTo(batch.sequences().ids()[37]);
        assertThat(last.sources()).doesNotContain(6, 18).contains(0, 5, 7, 17, 19, 26);
        assertThat(parts.stream().mapToInt(part -> part.targets().length).sum()).isEqualTo(batch.targets().length);
        assertThat(batch(40, 100, 3, 2).parts(3))
                .as("one that outweighs the rest")
                .hasSize(1);
    }

    private static Batch batch(int words, int... lengths) {
        var random = new Random(4);
        return Batch.of(IntStream.of(lengths)
                .mapToObj(length -> {
                    var trained = new boolean[length];
                    java.util.Arrays.fill(trained, true);
                    return Document.next(random.ints(length, 0, words).toArray(), trained);
                })
                .toList());
    }
}
