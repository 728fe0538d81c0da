package dev.tenon.method.mola;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MolaTest extends MethodContract {
    private static final String QUERY = "model.layers.1.self_attn.q_proj";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                mola(Map.of(
                        "experts",
                        List.of(2, 4),
                        "rank",
                        2,
                        "alpha",
                        4,
                        "target_modules",
                        List.of("q_proj", "v_proj"))),
                mola(Map.of("experts", List.of(3), "rank", 2, "top_k", 2, "balance", 0.1)),
                mola(Map.of("experts", List.of(1, 3), "rank", 3, "top_k", 3, "dropout", 0.1, "balance", 0)));
    }

    private static Map<String, Object> mola(Map<String, Object> more) {
        var all = new LinkedHashMap<>(more);
        all.put("method", "mola");
        return all;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.experts", mola(Map.of("rank", 2)),
                "adapter.experts#none", mola(Map.of("experts", List.of(0), "rank", 2)),
                "adapter.top_k", mola(Map.of("experts", List.of(2), "top_k", 1)),
                "adapter.rank", mola(Map.of("experts", List.of(2), "rank", 9)),
                "adapter.target_modules",
                        mola(Map.of("experts", List.of(2), "rank", 2, "target_modules", List.of("c_attn"))));
    }

    /** 2 layers with 2 and 4 experts; q is 16×16, v 8×16. */
    @Test
    void countsExpertsAndRouters() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst())) {
            assertThat(adapter.parameterCount()).isEqualTo((2 + 4) * (2 * ((16 + 16) + (16 + 8)) + 2 * 16));
        }
    }

    @Test
    void aShorterListIsSpreadOverTheBlocks() {
        var config = (MolaConfig) Methods.scan().parse(mola(Map.of("experts", List.of(2, 4, 6, 8))));
        var spread = new java.util.ArrayList<Integer>();
        for (int layer = 0; layer < 8; layer++) {
            spread.add(config.expertsAt(layer, 8));
        }
        assertThat(spread).containsExactly(2, 2, 4, 4, 6, 6, 8, 8);
        assertThat(config.expertsAt(-1, 8)).isEqualTo(8);
    }

    @Test
    void everyTokenTakesExactlyTheBestExpertsWithWeightsThatSumToOne() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            Tensor x = Tensors.randn(new Random(3), 20, 16);
            Tensor gates = adapter.route(QUERY, x).getFirst();
            float[] sums = gates.sum(1).toFloats();
            float[] all = gates.toFloats();
            for (int token = 0; token < 20; token++) {
                assertThat(sums[token]).isCloseTo(1, within(1e-6f));
                int chosen = 0;
                for (int expert = 0; expert < 4; expert++) {
                    chosen += all[4 * token + expert] > 0 ? 1 : 0;
                }
                assertThat(chosen).isEqualTo(2);
            }
        }
    }

    /** Side by side or one expert after the other, token by token. */
    @Test
    void allExpertsAtOnceGiveWhatALoopOverThemGives() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst());
                var scope = Scope.open()) {
            shake(adapter);
            Tensor x = Tensors.randn(new Random(3), 6, 16);
            var site = (LinearSite) Objects.requireNonNull(model.sites().get(QUERY));
            Tensor gates = adapter.route(QUERY, x).getFirst();
            Tensor a = parameter(adapter, MolaAdapter.A);
            Tensor b = parameter(adapter, MolaAdapter.B);
            Tensor expected = Tensors.zeros(x.dtype(), x.device(), 6, 16);
            for (int expert = 0; expert < 4; expert++) {
                Tensor down = a.slice(0, expert, expert + 1).reshape(2, 16);
                Tensor up = b.slice(0, expert, expert + 1).reshape(2, 16);
                Tensor own = x.matmul(down.transpose(0, 1)).matmul(up).mul(4.0 / 2);
                expected = expected.add(own.mul(gates.slice(1, expert, expert + 1)));
            }
            Tensor given = adapter.update(site, x);
            assertThat(TensorEngine.distance(given.toFloats(), expected.toFloats()))
                    .isLessThan(1e-5);
            Tensor y = Tensors.randn(new Random(8), 6, 16);
            Tensor summed = adapter.hooks().linearOutput(site, x, y.copy());
            assertThat(TensorEngine.distance(summed.sub(y).toFloats(), given.toFloats()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void oneExpertIsALora() {
        try (var model = TinyTask.model();
                var adapter = attach(
                        model, mola(Map.of("experts", List.of(1), "rank", 2, "target_modules", List.of("q_proj"))));
                var scope = Scope.open()) {
            shake(adapter);
            Tensor x = Tensors.randn(new Random(3), 6, 16);
            var site = (LinearSite) Objects.requireNonNull(model.sites().get(QUERY));
            Tensor a = parameter(adapter, MolaAdapter.A).reshape(2, 16);
            Tensor b = parameter(adapter, MolaAdapter.B).reshape(2, 16).transpose(0, 1);
            Tensor lora = Kernels.call("low_rank", x, a, b.contiguous(), 8.0 / 2);
            assertThat(TensorEngine.distance(adapter.update(site, x).toFloats(), lora.toFloats()))
                    .isLessThan(1e-6);
        }
    }

    /** A router without preferences: all probabilities alike, so the balance is 1 whoever is chosen. */
    @Test
    void theBalanceOfUniformRoutingIsOne() {
        try (var scope = Scope.open()) {
            TensorEngine.start();
            Tensor x = Tensors.randn(new Random(3), 50, 8);
            Tensor none = Tensors.zeros(x.dtype(), x.device(), 4, 8);
            assertThat(Kernels.callList("route", x, none, 2).getLast().item()).isCloseTo(1, within(1e-6));
        }
    }

    private static Tensor parameter(MolaAdapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(QUERY + name)).detach();
    }

    private static void shake(MolaAdapter adapter) {
        var random = new Random(5);
        adapter.parameters()
                .values()
                .forEach(parameter -> parameter.copyFrom(parameter
                        .detach()
                        .add(Tensors.randn(random, parameter.shape()).mul(0.3))));
    }

    private static MolaAdapter attach(CausalModel model, Map<String, Object> settings) {
        return (MolaAdapter) Methods.scan().attach(model, settings, 1);
    }
}
