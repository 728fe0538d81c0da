package dev.tenon.method.shira;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.Scatter;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.SparseEntries;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShiraTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                mask("random", List.of("q_proj", "v_proj")),
                mask("magnitude", "all-linear"),
                mask("structured", List.of("gate_proj", "down_proj")),
                mask("snip", List.of("q_proj", "o_proj")),
                mask("gradient", List.of("up_proj")),
                Map.of(
                        "method",
                        "shira",
                        "rank",
                        1,
                        "random_seed",
                        3,
                        "target_modules",
                        List.of("q_proj"),
                        "modules_to_save",
                        List.of("input_layernorm")));
    }

    private static Map<String, Object> mask(String kind, Object targets) {
        return Map.of("method", "shira", "rank", 2, "mask_type", kind, "target_modules", targets);
    }

    /** Gradients of the next token are a decoder's. */
    @Override
    protected List<Map<String, Object>> encoderSettings() {
        return super.encoderSettings().stream()
                .filter(setting -> !List.of("snip", "gradient").contains(setting.getOrDefault("mask_type", "")))
                .toList();
    }

    @Override
    protected boolean dependsOnTheSeed(Map<String, Object> setting) {
        return !setting.containsKey("random_seed")
                && List.of("random", "structured").contains(setting.get("mask_type"));
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.rank",
                Map.of("method", "shira", "rank", 9),
                "adapter.mask_type",
                Map.of("method", "shira", "rank", 2, "mask_type", "lucky"),
                "adapter.target_modules",
                Map.of("method", "shira", "rank", 2, "target_modules", List.of("c_attn")),
                "adapter.modules_to_save",
                Map.of("method", "shira", "rank", 2, "modules_to_save", List.of("q_proj")));
    }

    /** So few values need larger steps. */
    @Override
    protected double learningRate() {
        return 0.03;
    }

    /** One setting trains 32 entries of one kind of layer. */
    @Override
    protected double learns() {
        return 0.01;
    }

    @Test
    void aMaskFromGradientsWithoutDataIsRefused() {
        try (var model = TinyTask.model()) {
            assertThatThrownBy(() -> Methods.scan()
                            .attach(model, mask("gradient", "all-linear"), 1)
                            .close())
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.code()).isEqualTo("calibration_without_data"));
        }
    }

    /** Numbers from the card: rank · (in + out) entries, all different. */
    @Test
    void trainsAsManyEntriesAsALoraOfItsRank() {
        try (var model = TinyTask.model()) {
            for (var setting : settings().subList(0, 5)) {
                try (var adapter = attach(model, setting, 1)) {
                    adapter.entries().forEach((name, entries) -> {
                        long[] shape = BaseTensors.require(model, name).shape();
                        assertThat(entries.values().elements()).isEqualTo(2 * (shape[0] + shape[1]));
                        assertThat(places(entries, shape[1]))
                                .isSorted()
                                .doesNotHaveDuplicates()
                                .allMatch(place -> place < shape[0] * shape[1]);
                    });
                }
            }
        }
    }

    private static SparseDelta attach(Network model, Map<String, Object> setting, long seed) {
        var calibration = new Calibration(List.of(TinyTask.sequences()));
        return (SparseDelta) Methods.scan().attach(model, setting, seed, calibration);
    }

    private static List<Long> places(SparseEntries entries, long width) {
        long[] both = entries.places().toLongs();
        return java.util.stream.IntStream.range(0, both.length / 2)
                .mapToObj(i -> both[i] * width + both[both.length / 2 + i])
                .toList();
    }

    @Test
    void theLargestWeightsAreChosenByMagnitude() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1), 1)) {
            adapter.entries().forEach((name, entries) -> {
                float[] weight = BaseTensors.require(model, name).toFloats();
                var chosen = places(entries, BaseTensors.require(model, name).size(1));
                double least = chosen.stream()
                        .mapToDouble(i -> Math.abs(weight[i.intValue()]))
                        .min()
                        .orElseThrow();
                long larger = java.util.stream.IntStream.range(0, weight.length)
                        .filter(i -> Math.abs(weight[i]) > least)
                        .count();
                assertThat(larger).isEqualTo(chosen.size() - 1);
            });
        }
    }

    /** Both ways to train give the gradient of the whole matrix at the chosen entries. */
    @Test
    void gradientsAreThoseOfTheMatrixAtTheEntries() {
        try (var scope = Scope.open();
                var tape = Tape.open()) {
            var random = new Random(2);
            Tensor x = Tensors.randn(random, 7, 5);
            Tensor weight = Tensors.randn(random, 6, 5);
            Tensor target = Tensors.randn(random, 7, 6);
            Tensor places = Tensors.of(new long[] {0, 0, 2, 5, 1, 4, 0, 3}, 2, 4);
            Tensor values = Tensors.randn(random, 4);
            values.requireGrad(true);
            x.requireGrad(true);
            var entries = new SparseEntries(places, values);
            Tensor dense = entries.folded(weight, 1);
            dense.requireGrad(true);
            var whole =
                    tape.gradients(x.matmul(dense.transpose(0, 1)).mul(target).sum(), List.of(dense, x));
            float[] all = whole.getFirst().toFloats();
            float[] expected = {all[1], all[4], all[10], all[28]};
            Tensor bags = entries.addTo(x.matmul(weight.transpose(0, 1)), x);
            Tensor copy = x.matmul(entries.in(weight).transpose(0, 1));
            for (Tensor y : List.of(bags, copy)) {
                var found = tape.gradients(y.mul(target).sum(), List.of(values, x));
                assertThat(TensorEngine.distance(found.getFirst().toFloats(), expected))
                        .isLessThan(1e-5);
                assertThat(TensorEngine.distance(
                                found.getLast().toFloats(), whole.getLast().toFloats()))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void switchedIntoTheWeightsItGivesTheSameAndComesOutBitForBit() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1), 1);
                var scope = Scope.open()) {
            var random = new Random(4);
            adapter.parameters().values().forEach(values -> values.copyFrom(Tensors.randn(random, values.shape())));
            var before = new LinkedHashMap<String, float[]>();
            adapter.entries()
                    .keySet()
                    .forEach(name ->
                            before.put(name, BaseTensors.require(model, name).toFloats()));
            float[] adapted =
                    model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats();
            try (var inPlace = Scatter.into(model, adapter, 1)) {
                float[] switched = model.hidden(TinyTask.sequences(), dev.tenon.model.Hooks.NONE)
                        .toFloats();
                assertThat(TensorEngine.distance(switched, adapted)).isLessThan(1e-5);
            }
            before.forEach((name, values) ->
                    assertThat(BaseTensors.require(model, name).toFloats()).isEqualTo(values));
        }
    }
}
