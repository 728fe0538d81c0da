package dev.tenon.method.bottleneck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BottleneckTest extends MethodContract {
    private final Methods methods = Methods.scan();

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "bottleneck", "width", 4, "placement", "both", "activation", "gelu", "bias", true),
                Map.of("method", "bottleneck", "width", 4, "form", "parallel", "scale", 4.0, "learned_scale", true),
                Map.of(
                        "method",
                        "bottleneck",
                        "width",
                        3,
                        "dropout",
                        0.1,
                        "target_modules",
                        List.of("gate_proj", "up_proj", "down_proj")),
                Map.of("method", "bottleneck", "width", 2, "form", "parallel", "target_modules", "all-linear"));
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.width",
                Map.of("method", "bottleneck", "width", 0),
                "adapter.form",
                Map.of("method", "bottleneck", "form", "spiral"),
                "adapter.placement",
                Map.of("method", "bottleneck", "placement", "head"),
                "adapter.activation",
                Map.of("method", "bottleneck", "activation", "step"),
                "adapter.scale",
                Map.of("method", "bottleneck", "scale", 0),
                "adapter.target_modules",
                Map.of("method", "bottleneck", "target_modules", List.of("c_attn")));
    }

    /** Per place: m (in + out) in parallel, 2 m in at an input, 2 m out at an output; hidden 16, inner 24. */
    @Test
    void countsAsTheCardDoes() {
        try (var model = TinyTask.model();
                var parts = methods.attach(model, settings().get(0), 1);
                var beside = methods.attach(model, settings().get(1), 1);
                var series = methods.attach(model, settings().get(2), 1);
                var parallel = methods.attach(
                        model,
                        Map.of(
                                "method",
                                "bottleneck",
                                "width",
                                3,
                                "form",
                                "parallel",
                                "target_modules",
                                List.of("down_proj")),
                        1)) {
            assertThat(parts.parameterCount()).isEqualTo(4 * (2 * 4 * 16 + 4 + 16));
            assertThat(beside.parameterCount()).isEqualTo(2 * (2 * 4 * 16 + 1));
            assertThat(series.parameterCount()).isEqualTo(2 * (2 * 3 * 16 + 2 * 3 * 16 + 2 * 3 * 16));
            assertThat(parallel.parameterCount()).isEqualTo(2 * 3 * (24 + 16));
        }
    }

    @Test
    void inParallelWithoutAnActivationItIsLoraAndFolds() {
        try (var model = TinyTask.model();
                var scope = Scope.open();
                var bottleneck = methods.attach(
                        model,
                        Map.of(
                                "method",
                                "bottleneck",
                                "width",
                                3,
                                "form",
                                "parallel",
                                "activation",
                                "identity",
                                "target_modules",
                                "all-linear"),
                        1);
                var lora = methods.attach(model, Map.of("method", "lora", "rank", 3, "alpha", 3), 1)) {
            shake(bottleneck);
            var folded = new LinkedHashMap<String, Tensor>();
            model.linearSites().forEach(site -> {
                if (bottleneck.matchedModules().contains(site.path())) {
                    Tensor down = of(bottleneck, site.path() + ".adapter_down.weight");
                    Tensor up = of(bottleneck, site.path() + ".adapter_up.weight");
                    of(lora, site.path() + ".lora_A.weight").copyFrom(down);
                    of(lora, site.path() + ".lora_B.weight").copyFrom(up);
                    folded.put(site.path(), site.weight().add(up.matmul(down)));
                }
            });
            float[] ours = hidden(model, bottleneck.hooks());
            assertThat(TensorEngine.distance(ours, hidden(model, lora.hooks()))).isLessThan(1e-6);
            assertThat(TensorEngine.distance(ours, hidden(model, new Folded(folded))))
                    .isLessThan(1e-5);
        }
    }

    private record Folded(Map<String, Tensor> weights) implements Hooks {
        @Override
        public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
            Tensor weight = weights.get(site.path());
            Tensor bias = site.bias();
            if (weight == null) {
                return y;
            }
            Tensor product = x.matmul(weight.transpose(0, 1));
            return bias == null ? product : product.add(bias);
        }
    }

    /** Series on a feed-forward part and on its last layer are one and the same. */
    @Test
    void afterAPartIsAfterItsLastLayer() {
        var common = Map.<String, Object>of("method", "bottleneck", "width", 3);
        var onLayer = new LinkedHashMap<>(common);
        onLayer.put("target_modules", List.of("down_proj"));
        try (var model = TinyTask.model();
                var scope = Scope.open();
                var part = methods.attach(model, common, 1);
                var layer = methods.attach(model, onLayer, 1)) {
            shake(part);
            part.parameters().forEach((name, tensor) -> of(layer, name.replace(".mlp.", ".mlp.down_proj."))
                    .copyFrom(tensor.detach()));
            assertThat(hidden(model, layer.hooks())).isEqualTo(hidden(model, part.hooks()));
        }
    }

    @Test
    void theOtherStartIsNearTheBase() {
        try (var model = TinyTask.model();
                var scope = Scope.open();
                var adapter = methods.attach(model, Map.of("method", "bottleneck", "width", 4, "start", "bert"), 1)) {
            assertThat(TensorEngine.distance(hidden(model, adapter.hooks()), hidden(model, Hooks.NONE)))
                    .isBetween(1e-7, 0.1);
        }
    }

    private static float[] hidden(CausalModel model, Hooks hooks) {
        return model.hidden(TinyTask.sequences(), hooks).toFloats();
    }

    private static Tensor of(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name).detach();
    }

    private static void shake(Adapter adapter) {
        var random = new java.util.Random(5);
        for (Tensor parameter : adapter.parameters().values()) {
            parameter.copyFrom(Tensors.randn(random, parameter.shape()).mul(0.1));
        }
    }
}
