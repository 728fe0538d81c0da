package dev.tenon.method.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinySources;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RoutingTest extends MethodContract {
    private static final List<String> NAMES = List.of("first@1", "second@1");
    private static final String LAYERS = ".*(q_proj|down_proj|query|intermediate.dense)";

    private final Methods methods = Methods.scan();
    private final TinySources sources = sources();

    /** One that has learned and one that has hardly begun, which adapts one layer less. */
    private static TinySources sources() {
        return new TinySources(
                List.of(
                        Map.of("method", "lora", "rank", 4, "alpha", 8, "target_modules", LAYERS),
                        Map.of("method", "lora", "rank", 2, "target_modules", ".*(down_proj|intermediate.dense)")),
                120,
                1);
    }

    @Override
    protected Calibration calibration(Network network) {
        return sources.on(network);
    }

    @AfterAll
    void closeSources() {
        sources.close();
    }

    private static Map<String, Object> routing(int topK) {
        return Map.of("method", "routing", "sources", NAMES, "target_modules", LAYERS, "top_k", topK);
    }

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(routing(2));
    }

    @Override
    protected List<Map<String, Object>> encoderSettings() {
        return settings();
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.sources",
                Map.of("method", "routing", "sources", List.of("one@1")),
                "adapter.top_k",
                routing(3),
                "adapter.temperature",
                Map.of("method", "routing", "sources", NAMES, "temperature", 0),
                "adapter.target_modules",
                Map.of("method", "routing", "sources", NAMES, "target_modules", "all-linear"));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    /** Gates start normal, so they have some way to go. */
    @Override
    protected double learningRate() {
        return 0.1;
    }

    /** Choosing wins no more than the better source has over the mixture: on the tiny decoder 0.04. */
    @Override
    protected double learns() {
        return 0.02;
    }

    /** {@code n · in} a layer: inputs of 16 and 24 in each of two blocks. */
    @Test
    void countsAsTheCardDoes() {
        try (var network = TinyTask.model();
                var own = sources();
                var adapter = methods.attach(network, routing(2), 1, own.on(network))) {
            assertThat(adapter.parameterCount()).isEqualTo(2 * 2 * (16 + 24));
        }
    }

    @Test
    void aGateThatAlwaysChoosesOneIsThatOne() {
        try (var network = TinyTask.model();
                var own = sources();
                var scope = Scope.open()) {
            var made = own.on(network);
            var site = (LinearSite) network.sites().get("model.layers.0.self_attn.q_proj");
            try (var adapter = methods.attach(network, routing(1), 1, made)) {
                Tensor x = Tensors.ones(dev.tenon.tensor.DType.F32, dev.tenon.tensor.Device.cpu(), 3, site.in());
                var gate = new float[2 * site.in()];
                Arrays.fill(gate, 0, site.in(), 1);
                of(adapter, site.path() + RoutingAdapter.GATE).copyFrom(Tensors.of(gate, 2, site.in()));
                float[] expected =
                        made.sources().getFirst().hooks().linear(site, x).toFloats();
                assertThat(TensorEngine.distance(adapter.hooks().linear(site, x).toFloats(), expected))
                        .isLessThan(1e-5);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = i < site.in() ? 0 : 1;
                }
                of(adapter, site.path() + RoutingAdapter.GATE).copyFrom(Tensors.of(gate, 2, site.in()));
                assertThat(adapter.hooks().linear(site, x).toFloats())
                        .as("the second has nothing at this layer")
                        .isEqualTo(site.base(x).toFloats());
            }
        }
    }

    /** Token by token: softmax of the scores over T, and each source's own update by its share. */
    @Test
    void mixesAsItsEquationSays() {
        var warm = Map.<String, Object>of(
                "method", "routing", "sources", NAMES, "target_modules", LAYERS, "temperature", 3.0);
        try (var network = TinyTask.encoder();
                var own = sources();
                var adapter = (RoutingAdapter) methods.attach(network, warm, 1, own.on(network));
                var scope = Scope.open()) {
            var made = own.on(network);
            var site = (LinearSite) network.sites().get("bert.encoder.layer.1.intermediate.dense");
            Tensor x = Tensors.randn(new Random(1), 5, site.in());
            Tensor gate = of(adapter, site.path() + RoutingAdapter.GATE);
            Tensor p = x.matmul(gate.transpose(0, 1)).mul(1 / 3.0).softmax(1);
            Tensor expected = site.base(x);
            for (int i = 0; i < 2; i++) {
                Tensor update = made.sources().get(i).hooks().linear(site, x).sub(site.base(x));
                expected = expected.add(update.mul(p.slice(1, i, i + 1)));
            }
            assertThat(TensorEngine.distance(adapter.hooks().linear(site, x).toFloats(), expected.toFloats()))
                    .isLessThan(1e-5);
            assertThat(TensorEngine.distance(
                            adapter.update(site, x).toFloats(),
                            expected.sub(site.base(x)).toFloats()))
                    .isLessThan(1e-5);
            adapter.train(true);
            assertThat(TensorEngine.distance(
                            adapter.weights(site.path(), x).toFloats(),
                            x.matmul(gate.transpose(0, 1)).softmax(1).toFloats()))
                    .as("training has a temperature of one")
                    .isLessThan(1e-5);
        }
    }

    @Test
    void learnsToTakeTheOneThatHasLearned() {
        try (var network = TinyTask.encoder();
                var own = sources();
                var adapter = (RoutingAdapter) methods.attach(network, routing(2), 1, own.on(network))) {
            double before = share(network, adapter);
            double[] losses = TinyTask.train(network, adapter, 40, 0.1);
            assertThat(share(network, adapter)).isGreaterThan(before + 0.1);
            double better = loss(network, own.on(network).sources().getFirst());
            assertThat(losses[0]).isGreaterThan(better + 1);
            assertThat(losses[39]).isLessThan(better + 0.05);
        }
    }

    private static double loss(Network network, Adapter adapter) {
        try (var scope = Scope.open()) {
            return TinyTask.loss(network, adapter.hooks()).item();
        }
    }

    /** The mean weight of the first source over the tokens of the task and all layers where both are. */
    private static double share(Network network, RoutingAdapter adapter) {
        try (var scope = Scope.open()) {
            var sum = new double[2];
            network.hidden(TinyTask.sequences(), new Hooks() {
                @Override
                public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
                    if (site.path().endsWith("intermediate.dense")) {
                        sum[0] += adapter.weights(site.path(), x)
                                .slice(1, 0, 1)
                                .mean()
                                .item();
                        sum[1]++;
                    }
                    return adapter.hooks().linearOutput(site, x, y);
                }
            });
            return sum[0] / sum[1];
        }
    }

    @Test
    void refusesASourceThatDoesMore() {
        for (var more : List.<Map<String, Object>>of(
                Map.of("method", "bottleneck", "width", 2),
                Map.of("method", "lora", "rank", 2, "use_dora", true, "target_modules", LAYERS))) {
            try (var network = TinyTask.model();
                    var wrong = new TinySources(List.of(Map.of("rank", 2, "target_modules", LAYERS), more), 1, 1)) {
                assertThatThrownBy(() -> methods.attach(network, routing(2), 1, wrong.on(network)))
                        .isInstanceOfSatisfying(
                                Problem.class,
                                problem -> assertThat(problem.param()).isEqualTo("adapter.sources[1]"));
            }
        }
    }

    private static Tensor of(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name).detach();
    }
}
