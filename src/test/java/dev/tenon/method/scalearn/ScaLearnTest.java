package dev.tenon.method.scalearn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinySources;
import dev.tenon.method.TinyTask;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ScaLearnTest extends MethodContract {
    private static final List<String> NAMES = List.of("first@1", "second@1");

    private final Methods methods = Methods.scan();
    private final TinySources sources = new TinySources(List.of(
            Map.of("method", "bottleneck", "width", 4, "bias", true),
            Map.of("method", "bottleneck", "width", 3, "learned_scale", true, "scale", 2.0)));

    @Override
    protected Calibration calibration(Network network) {
        return sources.on(network);
    }

    @AfterAll
    void closeSources() {
        sources.close();
    }

    private static Map<String, Object> variant(String name) {
        return Map.of("method", "scalearn", "sources", NAMES, "variant", name);
    }

    @Override
    protected List<Map<String, Object>> settings() {
        // without dropout, as a mask on few scales would be most of what a loss says; and from half of the sources
        return Stream.of("scalearn", "scalearn_pp", "uniform", "uniform_pp")
                .map(name -> with(with(variant(name), "dropout", 0.0), "start_sum", 1.0))
                .toList();
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        var shared = Map.<String, Object>of("method", "scalearn", "sources", NAMES);
        return Map.of(
                "adapter.sources",
                Map.of("method", "scalearn", "sources", List.of("alone@1")),
                "adapter.sources#",
                Map.of("method", "scalearn", "sources", List.of("a@1", "b@1", "c@1")),
                "adapter.sources[1]",
                Map.of("method", "scalearn", "sources", List.of("a@1", "a@1")),
                "adapter.sources[0]",
                with(shared, "placement", "both"),
                "adapter.sources[0]#",
                with(shared, "form", "parallel"),
                "adapter.variant",
                with(shared, "variant", "softmax"),
                "adapter.dropout",
                with(shared, "dropout", 1.0));
    }

    private static Map<String, Object> with(Map<String, Object> settings, String name, Object value) {
        var changed = new LinkedHashMap<>(settings);
        changed.put(name, value);
        return changed;
    }

    /** It starts as a multiple of the mean of its sources. */
    @Override
    protected boolean startsAsBase() {
        return false;
    }

    /** A scale has further to go than a weight: from one to several. */
    @Override
    protected double learningRate() {
        return 0.1;
    }

    @Test
    void countsAsTheCardDoesOnRobertaBase() {
        var roberta = new EncoderConfig(
                "roberta",
                768,
                12,
                12,
                3072,
                50_265,
                514,
                1e-5,
                "gelu",
                1,
                1,
                0,
                false,
                false,
                true,
                EncoderConfig.Top.MASKED,
                List.of());
        var names = new ArrayList<String>();
        for (int i = 0; i < 8; i++) {
            names.add("task%d@1".formatted(i));
        }
        var counts = new ArrayList<Long>();
        for (var setting : settings()) {
            counts.add(count(ModelOutline.of(roberta), methods.parse(with(setting, "sources", names))));
        }
        assertThat(counts).containsExactly(73_728L, 6_144L, 96L, 8L);
    }

    private <C extends Record> long count(ModelOutline outline, Record config) {
        @SuppressWarnings("unchecked")
        var method = (AdapterMethod<C>) methods.of(config);
        return method.parameterCount(outline, method.configType().cast(config));
    }

    @Test
    void oneSourceAtOneAndTheOthersAtZeroIsThatSource() {
        forNetworks((network, made) -> {
            for (int chosen = 0; chosen < NAMES.size(); chosen++) {
                try (var adapter = methods.attach(network, variant("uniform_pp"), 1, made);
                        var scope = Scope.open()) {
                    of(adapter, "omega")
                            .copyFrom(Tensors.of(new float[] {chosen == 0 ? 1 : 0, chosen == 1 ? 1 : 0}, 2, 1));
                    assertThat(TensorEngine.distance(
                                    hidden(network, adapter.hooks()),
                                    hidden(network, made.sources().get(chosen).hooks())))
                            .isLessThan(1e-5);
                }
            }
        });
    }

    /** Against a plain bottleneck adapter of the sum of the widths, its last layers scaled by hand. */
    @Test
    void isOneWiderBottleneck() {
        forNetworks((network, made) -> {
            var wide = Map.<String, Object>of("method", "bottleneck", "width", 7, "bias", true);
            try (var adapter = methods.attach(network, variant("scalearn"), 1, made);
                    var collapsed = methods.attach(network, wide, 1);
                    var scope = Scope.open()) {
                var random = new Random(3);
                for (String path : adapter.matchedModules()) {
                    Tensor omega = of(adapter, path + ".omega");
                    omega.copyFrom(Tensors.randn(random, omega.shape()));
                    collapse(path, omega, made.sources(), collapsed);
                }
                assertThat(TensorEngine.distance(hidden(network, adapter.hooks()), hidden(network, collapsed.hooks())))
                        .isLessThan(1e-5);
            }
        });
    }

    private static void collapse(String path, Tensor omega, List<Adapter> sources, Adapter into) {
        var first = sources.get(0);
        var second = sources.get(1);
        double scale = 2 * of(second, path + ".adapter_scale").item();
        Tensor zeros = of(first, path + ".adapter_down.bias").slice(0, 0, 3).mul(0);
        of(into, path + ".adapter_down.weight")
                .copyFrom(Tensor.cat(
                        List.of(of(first, path + ".adapter_down.weight"), of(second, path + ".adapter_down.weight")),
                        0));
        of(into, path + ".adapter_down.bias")
                .copyFrom(Tensor.cat(List.of(of(first, path + ".adapter_down.bias"), zeros), 0));
        Tensor one = omega.slice(0, 0, 1).transpose(0, 1);
        Tensor two = omega.slice(0, 1, 2).transpose(0, 1).mul(scale);
        of(into, path + ".adapter_up.weight")
                .copyFrom(Tensor.cat(
                        List.of(
                                of(first, path + ".adapter_up.weight").mul(one),
                                of(second, path + ".adapter_up.weight").mul(two)),
                        1));
        of(into, path + ".adapter_up.bias")
                .copyFrom(of(first, path + ".adapter_up.bias").mul(one.reshape(-1)));
    }

    @Test
    void leavesItsSourcesAsTheyAre() {
        forNetworks((network, made) -> {
            var before = values(made.sources());
            try (var adapter = methods.attach(network, variant("scalearn"), 1, made)) {
                var kept = values(List.of(adapter)).get("0 buffers");
                TinyTask.train(network, adapter, 5, 0.05);
                assertThat(values(List.of(adapter)).get("0 buffers")).isEqualTo(kept);
            }
            assertThat(values(made.sources())).isEqualTo(before);
        });
    }

    private static Map<String, Object> values(List<Adapter> adapters) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < adapters.size(); i++) {
            values.put(i + " parameters", floats(adapters.get(i).parameters()));
            values.put(i + " buffers", floats(adapters.get(i).buffers()));
        }
        return values;
    }

    private static List<List<Float>> floats(Map<String, Tensor> tensors) {
        var all = new ArrayList<List<Float>>();
        tensors.values().forEach(tensor -> {
            var values = new ArrayList<Float>();
            for (float value : tensor.toFloats()) {
                values.add(value);
            }
            all.add(values);
        });
        return all;
    }

    @Test
    void startsNearTheSumOverTheNumberOfSourcesAndDropsScalesWhileTraining() {
        forNetworks((network, made) -> {
            var setting = with(variant("scalearn"), "dropout", 0.5);
            try (var adapter = methods.attach(network, with(setting, "start_sum", 3.0), 1, made)) {
                for (Tensor omega : adapter.parameters().values()) {
                    for (float value : omega.toFloats()) {
                        assertThat(value).isBetween(1.49f, 1.51f);
                    }
                }
                float[] still = hidden(network, adapter.hooks());
                assertThat(hidden(network, adapter.hooks())).isEqualTo(still);
                adapter.train(true);
                assertThat(hidden(network, adapter.hooks())).isNotEqualTo(still);
            }
        });
    }

    @Test
    void scalesLanguageAdaptersToo() {
        var settings = Map.of(
                "method", "scalearn", "sources", NAMES, "variant", "uniform_pp", "form", "residual", "dropout", 0.0);
        var language = Map.<String, Object>of("method", "language", "reduction_factor", 4);
        try (var network = TinyTask.encoder();
                var languages = new TinySources(List.of(language, language));
                var adapter = methods.attach(network, settings, 1, languages.on(network));
                var scope = Scope.open()) {
            of(adapter, "omega").copyFrom(Tensors.of(new float[] {0, 1}, 2, 1));
            assertThat(TensorEngine.distance(
                            hidden(network, adapter.hooks()),
                            hidden(
                                    network,
                                    languages.on(network).sources().get(1).hooks())))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void namesTheSourceThatDoesNotFit() {
        try (var network = TinyTask.model()) {
            refuses(network, "is an adapter of the method 'lora'", Map.of("method", "lora", "rank", 2));
            refuses(
                    network,
                    "more than bottlenecks",
                    Map.of("method", "bottleneck", "width", 2, "target_modules", "all-linear"));
            refuses(network, "'series' at 'both'", Map.of("method", "bottleneck", "width", 2, "placement", "both"));
            refuses(network, "activation GELU", Map.of("method", "bottleneck", "width", 2, "activation", "gelu"));
        }
    }

    private void refuses(Network network, String why, Map<String, Object> second) {
        try (var wrong = new TinySources(List.of(Map.of("method", "bottleneck", "width", 2), second))) {
            assertThatThrownBy(() -> methods.attach(network, variant("scalearn"), 1, wrong.on(network)))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.param()).isEqualTo("adapter.sources[1]");
                        assertThat(problem.message()).contains("adapter.sources[1]", why);
                    });
        }
    }

    private interface Check {
        void accept(Network network, Calibration sources);
    }

    private void forNetworks(Check check) {
        for (Network network : List.of(TinyTask.model(), TinyTask.encoder())) {
            try (network;
                    var own = new TinySources(List.of(
                            Map.of("method", "bottleneck", "width", 4, "bias", true),
                            Map.of("method", "bottleneck", "width", 3, "learned_scale", true, "scale", 2.0)))) {
                check.accept(network, own.on(network));
            }
        }
    }

    private static float[] hidden(Network network, Hooks hooks) {
        try (var scope = Scope.open()) {
            return network.hidden(TinyTask.sequences(), hooks).toFloats();
        }
    }

    private static Tensor of(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name).detach();
    }
}
