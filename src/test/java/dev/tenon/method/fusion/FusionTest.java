package dev.tenon.method.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.Bottleneck;
import dev.tenon.method.BottleneckSource;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.TinySources;
import dev.tenon.method.TinyTask;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class FusionTest extends MethodContract {
    private static final Map<String, Object> FUSION =
            Map.of("method", "fusion", "sources", List.of("first@1", "second@1"), "placement", "both");

    private final Methods methods = Methods.scan();
    private final TinySources sources = sources();

    /** One that has learned and one that has hardly begun: attention has something to find. */
    private static TinySources sources() {
        return new TinySources(
                List.of(
                        Map.of("method", "bottleneck", "width", 8, "bias", true, "placement", "both"),
                        Map.of("method", "bottleneck", "width", 3, "placement", "both")),
                120,
                3);
    }

    @Override
    protected Calibration calibration(Network network) {
        return sources.on(network);
    }

    @AfterAll
    void closeSources() {
        sources.close();
    }

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(FUSION);
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.sources",
                Map.of("method", "fusion", "sources", List.of()),
                "adapter.sources[0]",
                Map.of("method", "fusion", "sources", FUSION.get("sources"), "placement", "attention"),
                "adapter.regularization",
                Map.of("method", "fusion", "sources", FUSION.get("sources"), "regularization", -1));
    }

    /** It starts as the mean of its sources. */
    @Override
    protected boolean startsAsBase() {
        return false;
    }

    /** On the tiny decoder all that the better source wins over the base is 0.19. */
    @Override
    protected double learns() {
        return 0.02;
    }

    @Test
    void becomesBetterThanTheBestOfItsSources() {
        try (var network = TinyTask.encoder();
                var own = sources();
                var adapter = methods.attach(network, FUSION, 1, own.on(network))) {
            double[] losses = TinyTask.train(network, adapter, 40, 0.01);
            try (var scope = Scope.open()) {
                double best = TinyTask.loss(
                                network, own.on(network).sources().getFirst().hooks())
                        .item();
                assertThat(losses[0]).isGreaterThan(best);
                assertThat(losses[39]).isLessThan(best);
            }
        }
    }

    /** {@code L (3 d² + d)}: of RoBERTa-base with biases of the key left out, 21.2 M as against ScaLearn's 73,728. */
    @Test
    void countsAsTheCardDoes() {
        try (var network = TinyTask.model();
                var own = sources();
                var adapter = methods.attach(network, FUSION, 1, own.on(network))) {
            assertThat(adapter.parameterCount()).isEqualTo(4 * (3 * 16 * 16 + 16));
        }
    }

    @Test
    void startsNearTheMeanOfItsSources() {
        forNetworks((network, made, adapter) -> {
            for (var name : adapter.parameters().keySet()) {
                if (name.endsWith(FusionAdapter.QUERY)) {
                    of(adapter, name).copyFrom(of(adapter, name).mul(0));
                }
            }
            var mean = new Reference(made, (path, h, u) -> Tensors.of(new float[] {0.5f, 0.5f}, 1, 2), null);
            same(network, adapter.hooks(), mean);
        });
    }

    /** Against the definition, source by source, with all matrices moved. */
    @Test
    void attendsAsItsEquationSays() {
        forNetworks((network, made, adapter) -> {
            var random = new Random(3);
            adapter.parameters()
                    .values()
                    .forEach(parameter -> parameter
                            .detach()
                            .copyFrom(Tensors.randn(random, parameter.shape()).mul(0.5)));
            same(network, adapter.hooks(), new Reference(made, (path, h, u) -> scores(adapter, path, h, u), adapter));
        });
    }

    private static Tensor scores(Adapter adapter, String path, Tensor h, List<Tensor> each) {
        Tensor q = h.matmul(of(adapter, path + FusionAdapter.QUERY).transpose(0, 1))
                .add(of(adapter, path + FusionAdapter.QUERY_BIAS));
        var scores = each.stream()
                .map(u -> u.matmul(of(adapter, path + FusionAdapter.KEY).transpose(0, 1))
                        .mul(q)
                        .sum(1)
                        .reshape(-1, 1))
                .toList();
        return Tensor.cat(scores, 1).softmax(1);
    }

    private interface Weights {
        Tensor of(String path, Tensor h, List<Tensor> each);
    }

    private record Reference(
            Calibration made,
            Weights weights,
            @org.jspecify.annotations.Nullable Adapter values) implements Hooks {
        @Override
        public Tensor branch(BranchSite site, Tensor input, Tensor output) {
            var each = made.sources().stream()
                    .map(source -> bottlenecks(source).get(site.path()))
                    .filter(Objects::nonNull)
                    .map(bottleneck -> bottleneck.apply(output, 0))
                    .toList();
            if (each.isEmpty()) {
                return output;
            }
            Tensor p = weights.of(site.path(), output, each);
            Tensor mixed = each.get(0).mul(p.slice(1, 0, 1)).add(each.get(1).mul(p.slice(1, 1, 2)));
            return output.add(
                    values == null
                            ? mixed
                            : mixed.matmul(of(values, site.path() + FusionAdapter.VALUE)
                                    .transpose(0, 1)));
        }

        private static Map<String, Bottleneck> bottlenecks(Adapter source) {
            return ((BottleneckSource<?>) Methods.scan().of(source.config())).bottlenecks(source);
        }
    }

    @Test
    void holdsItsValuesNearTheIdentity() {
        forNetworks((network, made, adapter) -> {
            assertThat(((OwnObjective) adapter).penalty().item()).isZero();
            String value = adapter.matchedModules().iterator().next() + FusionAdapter.VALUE;
            float[] moved = of(adapter, value).toFloats();
            moved[0] += 2;
            moved[1] += 3;
            of(adapter, value).copyFrom(Tensors.of(moved, of(adapter, value).shape()));
            assertThat(((OwnObjective) adapter).penalty().item())
                    .isCloseTo(0.01 * (4 + 9), org.assertj.core.data.Offset.offset(1e-5));
        });
    }

    private interface Check {
        void accept(Network network, Calibration made, Adapter adapter);
    }

    private void forNetworks(Check check) {
        for (Network network : List.of(TinyTask.model(), TinyTask.encoder())) {
            try (network;
                    var own = sources();
                    var adapter = methods.attach(network, FUSION, 1, own.on(network));
                    var scope = Scope.open()) {
                check.accept(network, own.on(network), adapter);
            }
        }
    }

    private static void same(Network network, Hooks found, Hooks expected) {
        assertThat(TensorEngine.distance(
                        network.hidden(TinyTask.sequences(), found).toFloats(),
                        network.hidden(TinyTask.sequences(), expected).toFloats()))
                .isLessThan(1e-5);
    }

    private static Tensor of(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name).detach();
    }
}
