package dev.tenon.method.dylora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.StepAware.Step;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DyLoraTest extends MethodContract {
    private static final String QUERY = "model.layers.0.self_attn.q_proj";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                dylora(Map.of("rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj"))),
                dylora(Map.of("rank", 6, "least_rank", 3, "dropout", 0.1)),
                dylora(Map.of("rank", 3, "update", "frozen", "layers_to_transform", List.of(1))));
    }

    private static Map<String, Object> dylora(Map<String, Object> more) {
        var all = new LinkedHashMap<>(more);
        all.put("method", "dylora");
        return all;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.rank", dylora(Map.of("rank", 9)),
                "adapter.least_rank", dylora(Map.of("rank", 4, "least_rank", 5)),
                "adapter.update", dylora(Map.of("update", "some")),
                "adapter.target_modules", dylora(Map.of("rank", 2, "target_modules", List.of("c_attn"))),
                "adapter.layers_to_transform", dylora(Map.of("rank", 2, "layers_to_transform", List.of(-1))));
    }

    /** 2 layers; q is 16×16, v 8×16. */
    @Test
    void countsAsLoraAtItsWholeRank() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().getFirst(), 1)) {
            assertThat(adapter.parameterCount()).isEqualTo(2 * 4 * ((16 + 16) + (16 + 8)));
        }
    }

    @Test
    void aStepDrawsARankThatOnlyItsNumberAndTheSeedDecide() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1))) {
            var drawn = new TreeSet<Integer>();
            adapter.train(true);
            for (int number = 1; number <= 60; number++) {
                adapter.before(new Step(number, 60, 7));
                int once = adapter.rankInUse();
                adapter.before(new Step(number, 60, 7));
                assertThat(adapter.rankInUse()).isEqualTo(once);
                drawn.add(once);
            }
            assertThat(drawn).containsExactly(3, 4, 5, 6);
            adapter.train(false);
            assertThat(adapter.rankInUse()).isEqualTo(6);
        }
    }

    /** Cut to rank b it is the whole one with every later rank zero, and alpha / b for alpha / rank. */
    @Test
    void cutToARankItIsTheWholeWithTheRestMasked() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            shake(adapter);
            try (var cut = (DyLoraAdapter) adapter.truncated(2)) {
                var whole = adapter.pairs().get(QUERY);
                Tensor mask = Tensors.of(new float[] {1, 1, 0, 0}, 1, 4);
                Tensor expected = whole.b().detach().mul(mask).matmul(whole.a()).mul(8.0 / 2);
                var pair = cut.pairs().get(QUERY);
                Tensor given = pair.b().matmul(pair.a()).mul(pair.scale());
                assertThat(TensorEngine.distance(given.toFloats(), expected.toFloats()))
                        .isLessThan(1e-6);
                assertThat(cut.parameterCount()).isEqualTo(adapter.parameterCount() / 2);
                assertThat(cut.ranks().mostRank()).isEqualTo(2);
            }
        }
    }

    /** From the card: at its whole rank it is LoRA, in what it computes and in how it learns. */
    @Test
    void atItsWholeRankItLearnsAsLora() {
        Map<String, Object> common = Map.of("rank", 4, "alpha", 8, "target_modules", List.of("q_proj", "v_proj"));
        var lora = new LinkedHashMap<>(common);
        lora.put("method", "lora");
        var whole = dylora(common);
        whole.put("least_rank", 4);
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, whole, 1);
                var other = Methods.scan().attach(model, lora, 2)) {
            assertThat(other.parameters().keySet())
                    .containsExactlyElementsOf(adapter.parameters().keySet());
            other.parameters()
                    .forEach((name, start) -> start.copyFrom(
                            Objects.requireNonNull(adapter.parameters().get(name))));
            double[] losses = TinyTask.train(model, adapter, 6);
            double[] others = TinyTask.train(model, other, 6);
            for (int i = 0; i < losses.length; i++) {
                assertThat(losses[i]).isCloseTo(others[i], within(1e-5));
            }
            assertThat(losses[5]).isLessThan(losses[0]);
            assertThat(TensorEngine.distance(
                            TinyTask.logits(model, adapter.hooks()), TinyTask.logits(model, other.hooks())))
                    .isLessThan(1e-4);
        }
    }

    /** From the card: folded at rank b the matrix is {@code W + alpha / b B_b A_b}. */
    @Test
    void cutToARankItFoldsAtThatRank() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            shake(adapter);
            for (int rank = 1; rank <= 4; rank++) {
                try (var cut = (DyLoraAdapter) adapter.truncated(rank)) {
                    Tensor a = Objects.requireNonNull(adapter.parameters().get(QUERY + DyLoraAdapter.A));
                    Tensor b = Objects.requireNonNull(adapter.parameters().get(QUERY + DyLoraAdapter.B));
                    Tensor expected = BaseTensors.require(model, QUERY + ".weight")
                            .add(b.detach()
                                    .slice(1, 0, rank)
                                    .matmul(a.detach().slice(0, 0, rank))
                                    .mul(8.0 / rank));
                    assertThat(TensorEngine.distance(
                                    cut.folded(QUERY + ".weight").toFloats(), expected.toFloats()))
                            .isLessThan(1e-6);
                }
            }
        }
    }

    @Test
    void aRankOutsideTheTrainedOnesIsRefused() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1))) {
            for (int rank : new int[] {2, 7}) {
                assertThatThrownBy(() -> adapter.truncated(rank).close())
                        .isInstanceOf(Problem.class)
                        .hasMessageContaining("3 to 6");
            }
        }
    }

    @Test
    void frozenLetsOnlyTheDrawnRankLearn() {
        assertThat(learning("frozen", 3)).isEqualTo("001000");
        assertThat(learning("all", 3)).isEqualTo("111000");
    }

    /** Which rows of A have a gradient in a step at a rank. */
    private static String learning(String update, int rank) {
        try (var model = TinyTask.model();
                var adapter = attach(model, dylora(Map.of("rank", 6, "update", update)));
                var scope = Scope.open();
                var tape = Tape.open()) {
            shake(adapter);
            adapter.train(true);
            int number = 1;
            do {
                adapter.before(new Step(number++, 1000, 1));
            } while (adapter.rankInUse() != rank);
            Tensor a = Objects.requireNonNull(adapter.parameters().get(QUERY + DyLoraAdapter.A));
            float[] rows = tape.gradients(TinyTask.loss(model, adapter.hooks()), List.of(a))
                    .getFirst()
                    .abs()
                    .sum(1)
                    .toFloats();
            var seen = new StringBuilder();
            for (float row : rows) {
                seen.append(row > 0 ? '1' : '0');
            }
            return seen.toString();
        }
    }

    @Test
    void aCutFolderIsALoraOfThatRankToOthers(@TempDir Path own) throws Exception {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            shake(adapter);
            try (var cut = (DyLoraAdapter) adapter.truncated(3)) {
                AdapterFolder.save(cut, own, "tiny");
                var settings = new tools.jackson.databind.json.JsonMapper()
                        .readTree(java.nio.file.Files.readAllBytes(own.resolve(AdapterFolder.SETTINGS)));
                assertThat(settings.get("peft_type").asString()).isEqualTo("LORA");
                assertThat(settings.get("r").asInt()).isEqualTo(3);
                assertThat(settings.get("lora_alpha").asInt()).isEqualTo(8);
                assertThat(settings.get("target_modules").valueStream().map(n -> n.asString()))
                        .containsExactly("q_proj", "v_proj");
                try (Adapter again = AdapterFolder.load(model, own)) {
                    assertThat(again).isInstanceOf(DyLoraAdapter.class);
                }
            }
        }
    }

    private static void shake(Adapter adapter) {
        try (var scope = Scope.open()) {
            var random = new Random(5);
            adapter.parameters()
                    .values()
                    .forEach(parameter -> parameter.copyFrom(parameter
                            .detach()
                            .add(Tensors.randn(random, parameter.shape()).mul(0.1))));
        }
    }

    private static DyLoraAdapter attach(CausalModel model, Map<String, Object> settings) {
        return (DyLoraAdapter) Methods.scan().attach(model, settings, 1);
    }
}
