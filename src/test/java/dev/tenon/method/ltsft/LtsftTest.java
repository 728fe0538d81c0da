package dev.tenon.method.ltsft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.Scatter;
import dev.tenon.method.SparseEntries;
import dev.tenon.method.StepAware;
import dev.tenon.method.StoresDeltas;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LtsftTest extends MethodContract {
    private static final String EVERYTHING = ".*layers\\.1\\..*|model.norm|model.embed_tokens";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "ltsft"),
                Map.of("method", "ltsft", "density", 0.2, "dense_part", 0.5, "l1", 0.1),
                Map.of("method", "ltsft", "density", 0.2, "rounds", 2),
                Map.of("method", "ltsft", "density", 0.05, "target_modules", EVERYTHING));
    }

    @Override
    protected List<Map<String, Object>> encoderSettings() {
        return List.of(
                Map.of("method", "ltsft"),
                Map.of(
                        "method",
                        "ltsft",
                        "density",
                        0.2,
                        "target_modules",
                        List.of("query", "LayerNorm", "word_embeddings")));
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.03;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.density",
                Map.of("method", "ltsft", "density", 0),
                "adapter.dense_part",
                Map.of("method", "ltsft", "dense_part", 1),
                "adapter.target_modules",
                Map.of("method", "ltsft", "target_modules", List.of("c_attn")));
    }

    private static LtsftAdapter attach(Network model, Map<String, Object> setting) {
        return (LtsftAdapter) Methods.scan().attach(model, setting, 1);
    }

    /** As the first phase may leave them: every change by chance. */
    private static Map<String, float[]> move(LtsftAdapter adapter, long seed) {
        var random = new Random(seed);
        var moved = new LinkedHashMap<String, float[]>();
        try (var scope = Scope.open()) {
            adapter.parameters().forEach((name, delta) -> {
                delta.copyFrom(Tensors.randn(random, delta.shape()).mul(0.1));
                moved.put(name, delta.toFloats());
            });
        }
        return moved;
    }

    private static float[] hidden(Network model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.hidden(TinyTask.sequences(), hooks).toFloats();
        }
    }

    /** From the card: one threshold over all tensors, no more than K, back to the start, a fresh set of parameters. */
    @Test
    void thoseThatMovedFurthestAreChosenAndGoBack() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getLast())) {
            var moved = move(adapter, 1);
            long all =
                    moved.values().stream().mapToLong(values -> values.length).sum();
            float[] base = hidden(model, Hooks.NONE);
            assertThat(hidden(model, adapter.hooks())).isNotEqualTo(base);
            adapter.enter(1);
            assertThat(hidden(model, adapter.hooks())).isEqualTo(base);
            long kept = Math.round(0.05 * all);
            assertThat(adapter.parameters().keySet()).containsExactly("values");
            assertThat(adapter.parameterCount()).isEqualTo(kept);
            var sizes = new ArrayList<Float>();
            moved.values().forEach(values -> {
                for (float value : values) {
                    sizes.add(Math.abs(value));
                }
            });
            sizes.sort(java.util.Comparator.reverseOrder());
            float least = sizes.get((int) kept - 1);
            try (var scope = Scope.open()) {
                adapter.entries()
                        .forEach((name, entries) -> places(model, name, entries)
                                .forEach(place -> assertThat(Math.abs(Objects.requireNonNull(moved.get(name))[place]))
                                        .isGreaterThanOrEqualTo(least)));
            }
        }
    }

    private static List<Integer> places(Network model, String name, SparseEntries entries) {
        Tensor weight = BaseTensors.require(model, name);
        long[] both = entries.places().toLongs();
        var flat = new ArrayList<Integer>();
        for (int i = 0; i < both.length / 2; i++) {
            flat.add((int) (both[i] * weight.size(-1) + both[both.length / 2 + i]));
        }
        return flat;
    }

    /** The second phase's gradient is the first's at the chosen places, for matrices, biases, norms and the embedding. */
    @Test
    void gradientsAreThoseOfAllValuesAtTheChosen() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getLast());
                var scope = Scope.open();
                var tape = Tape.open()) {
            var names = List.copyOf(adapter.parameters().keySet());
            var dense = tape.gradients(
                    TinyTask.loss(model, adapter.hooks()),
                    List.copyOf(adapter.parameters().values()));
            var expected = new LinkedHashMap<String, float[]>();
            names.forEach(name -> expected.put(name, dense.get(expected.size()).toFloats()));
            move(adapter, 2);
            adapter.enter(1);
            for (boolean training : new boolean[] {false, true}) {
                adapter.train(training);
                float[] found = tape.gradients(
                                TinyTask.loss(model, adapter.hooks()),
                                List.copyOf(adapter.parameters().values()))
                        .getFirst()
                        .toFloats();
                int at = 0;
                for (var entry : adapter.entries().entrySet()) {
                    for (int place : places(model, entry.getKey(), entry.getValue())) {
                        assertThat(found[at++])
                                .as(entry.getKey())
                                .isCloseTo(
                                        Objects.requireNonNull(expected.get(entry.getKey()))[place],
                                        org.assertj.core.data.Offset.offset(1e-5f));
                    }
                }
                assertThat(at).isEqualTo(found.length);
            }
        }
    }

    /** What is held after the choice, and by the ledger what a step's gradients take: nothing of a tensor's own size. */
    @Test
    void theSecondPhaseHoldsAndTrainsTheChosenAlone() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            int tensors = adapter.parameters().size();
            long all = bytes(adapter.parameters()) / DType.F32.bytes();
            long handles = Ledger.liveTensors();
            move(adapter, 3);
            adapter.enter(1);
            long kept = Math.round(0.01 * all);
            assertThat(Ledger.liveTensors()).isEqualTo(handles - tensors + 3);
            assertThat(bytes(adapter.parameters())).isEqualTo(kept * 4);
            assertThat(bytes(adapter.buffers())).isEqualTo(kept * 16 + tensors * 8L);
            try (var tape = Tape.open()) {
                Tensor loss = TinyTask.loss(model, adapter.hooks());
                long before = Ledger.liveBytes();
                var gradients =
                        tape.gradients(loss, List.copyOf(adapter.parameters().values()));
                assertThat(gradients).hasSize(1);
                assertThat(Ledger.liveBytes() - before).isEqualTo(kept * 4);
            }
        }
    }

    /** From the card: K / rounds a round, whose second phase goes back to where the round began and keeps all chosen so far. */
    @Test
    void aLaterRoundGoesOnFromTheOneBefore() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(2))) {
            long all = adapter.parameters().values().stream()
                    .mapToLong(Tensor::elements)
                    .sum();
            long kept = Math.round(0.2 * all);
            move(adapter, 1);
            adapter.enter(1);
            assertThat(adapter.isInLastPhase()).isFalse();
            assertThat(adapter.parameterCount()).isEqualTo(kept / 2);
            move(adapter, 2);
            var first = places(model, adapter);
            float[] after = hidden(model, adapter.hooks());
            adapter.enter(2);
            assertThat(TensorEngine.distance(hidden(model, adapter.hooks()), after))
                    .isLessThan(1e-5);
            assertThat(adapter.parameters().size()).isGreaterThan(1);
            move(adapter, 3);
            adapter.enter(3);
            assertThat(adapter.isInLastPhase()).isTrue();
            assertThat(adapter.parameterCount()).isEqualTo(kept);
            assertThat(TensorEngine.distance(hidden(model, adapter.hooks()), after))
                    .isLessThan(1e-5);
            assertThat(places(model, adapter)).containsAll(first);
        }
    }

    private static List<String> places(Network model, LtsftAdapter adapter) {
        var all = new ArrayList<String>();
        try (var scope = Scope.open()) {
            adapter.entries()
                    .forEach((name, entries) ->
                            places(model, name, entries).forEach(place -> all.add(name + " " + place)));
        }
        return all;
    }

    @Test
    void roundsShareTheStepsAndTheLastEndsInTheLastPhase() {
        try (var model = TinyTask.model();
                var adapter = attach(model, Map.of("method", "ltsft", "rounds", 3, "dense_part", 0.5))) {
            assertThat(phases(adapter, 12)).isEqualTo("001122334455");
            assertThat(phases(adapter, 7)).isEqualTo("0123445");
            assertThat(phases(adapter, 4)).isEqualTo("0125");
            assertThat(phases(adapter, 1)).isEqualTo("5");
        }
    }

    private static String phases(LtsftAdapter adapter, int steps) {
        return java.util.stream.IntStream.rangeClosed(1, steps)
                .mapToObj(step -> String.valueOf(adapter.phaseOf(new StepAware.Step(step, steps, 1))))
                .collect(java.util.stream.Collectors.joining());
    }

    /** From the card: where all values are kept, it is full fine-tuning. */
    @Test
    void withAllValuesItIsFullFineTuning() {
        Map<String, Object> all = Map.of("method", "ltsft", "density", 1, "target_modules", EVERYTHING);
        Map<String, Object> full = Map.of("method", "full", "target_modules", EVERYTHING);
        try (var model = TinyTask.model();
                var adapter = attach(model, all);
                var other = Methods.scan().attach(model, full, 1)) {
            adapter.enter(1);
            assertThat(adapter.parameterCount()).isEqualTo(other.parameterCount());
            double[] losses = TinyTask.train(model, adapter, 6);
            double[] others = TinyTask.train(model, other, 6);
            for (int i = 0; i < losses.length; i++) {
                assertThat(losses[i]).isCloseTo(others[i], org.assertj.core.data.Offset.offset(1e-4));
            }
            assertThat(losses[5]).isLessThan(losses[0]);
            assertThat(TensorEngine.distance(hidden(model, adapter.hooks()), hidden(model, other.hooks())))
                    .isLessThan(1e-3);
        }
    }

    private static long bytes(Map<String, Tensor> tensors) {
        return tensors.values().stream().mapToLong(Tensor::bytes).sum();
    }

    /** θ₀ + φ_task + φ_language in one place after the other, in either order, and taken back to the last bit. */
    @Test
    void differencesAddUpInPlaceAndComeOutBitForBit() {
        try (var model = TinyTask.model();
                var task = attach(model, settings().getLast());
                var language = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            for (var adapter : List.of(task, language)) {
                move(adapter, adapter == task ? 4 : 5);
                adapter.enter(1);
                var random = new Random(6);
                adapter.parameters().values().forEach(values -> values.copyFrom(Tensors.randn(random, values.shape())));
            }
            float[] base = hidden(model, Hooks.NONE);
            float[] alone = hidden(model, task.hooks());
            float[] one;
            try (var first = Scatter.into(model, language, 1)) {
                assertThat(TensorEngine.distance(hidden(model, Hooks.NONE), hidden(model, Hooks.NONE)))
                        .isZero();
                try (var second = Scatter.into(model, task, 1)) {
                    one = hidden(model, Hooks.NONE);
                }
            }
            assertThat(hidden(model, Hooks.NONE)).isEqualTo(base);
            try (var first = Scatter.into(model, task, 1)) {
                assertThat(TensorEngine.distance(hidden(model, Hooks.NONE), alone))
                        .isLessThan(1e-4);
                try (var second = Scatter.into(model, language, 1)) {
                    assertThat(TensorEngine.distance(hidden(model, Hooks.NONE), one))
                            .isLessThan(1e-4);
                }
            }
            assertThat(hidden(model, Hooks.NONE)).isEqualTo(base);
        }
    }

    @Test
    void holdsWhatIsNotZeroOfAnyChange() {
        try (var model = TinyTask.model();
                var scope = Scope.open()) {
            String name = "model.layers.0.mlp.up_proj.weight";
            var values = new float[24 * 16];
            values[3] = 0.5f;
            values[383] = -2;
            var row = new float[16];
            row[15] = 1;
            var deltas = Map.of(name, Tensors.of(values, 24, 16), "model.norm.weight", Tensors.of(row, 16));
            var method = (StoresDeltas) Methods.scan().require("ltsft");
            assertThat(method.bytes(model, deltas)).isEqualTo(3 * 8);
            try (var adapter = method.holding(model, deltas)) {
                assertThat(adapter.parameterCount()).isEqualTo(3);
                var found = ((LtsftAdapter) adapter).folded(name).toFloats();
                float[] base = BaseTensors.require(model, name).toFloats();
                for (int i = 0; i < base.length; i++) {
                    assertThat(found[i]).isEqualTo(base[i] + values[i]);
                }
            }
        }
    }

    @Test
    void theFirstPhaseHasItsPartOfTheStepsAndTheLastStepIsNeverOfIt() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst())) {
            assertThat(adapter.phaseOf(new StepAware.Step(3, 10, 1))).isZero();
            assertThat(adapter.phaseOf(new StepAware.Step(4, 10, 1))).isOne();
            assertThat(adapter.phaseOf(new StepAware.Step(1, 2, 1))).isZero();
            assertThat(adapter.phaseOf(new StepAware.Step(1, 1, 1))).isOne();
        }
    }
}
