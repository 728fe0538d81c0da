package dev.tenon.method.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.StoresDeltas;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FullTest extends MethodContract {
    private static final String NEW_BIAS = "model.layers.1.mlp.down_proj.bias";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "full"),
                Map.of("method", "full", "target_modules", List.of("q_proj", "input_layernorm", "embed_tokens")),
                Map.of(
                        "method",
                        "full",
                        "target_modules",
                        ".*layers\\.0\\.mlp\\.up_proj",
                        "target_tensors",
                        List.of("model.norm.weight", NEW_BIAS)));
    }

    @Override
    protected List<Map<String, Object>> encoderSettings() {
        return List.of(
                Map.of("method", "full"),
                Map.of("method", "full", "target_modules", List.of("query", "LayerNorm", "word_embeddings")),
                Map.of(
                        "method",
                        "full",
                        "target_modules",
                        List.of(),
                        "target_tensors",
                        List.of("bert.encoder.layer.0.output.dense.bias")));
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.02;
    }

    /** One setting trains sixteen values. */
    @Override
    protected double learns() {
        return 0.01;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.target_modules",
                Map.of("method", "full", "target_modules", List.of("c_attn")),
                "adapter.target_modules#none",
                Map.of("method", "full", "target_modules", List.of()),
                "adapter.target_tensors",
                Map.of("method", "full", "target_tensors", List.of("model.norm.bias")));
    }

    /** The gradient of a change is the gradient of the tensor that changes, for every kind of module. */
    @Test
    void gradientsAreThoseOfTheModelsOwnTensors() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().get(1), 1);
                var copies = ParameterSet.filled(
                        model.device(),
                        set -> adapter.parameters()
                                .keySet()
                                .forEach(name -> set.train(name, BaseTensors.copy(model, name))));
                var scope = Scope.open();
                var tape = Tape.open()) {
            var own = new OwnTensors();
            copies.parameters().forEach(own::put);
            var expected = tape.gradients(
                    TinyTask.loss(model, own), List.copyOf(copies.parameters().values()));
            for (boolean training : new boolean[] {true, false}) {
                adapter.train(training);
                var found = tape.gradients(
                        TinyTask.loss(model, adapter.hooks()),
                        List.copyOf(adapter.parameters().values()));
                for (int i = 0; i < found.size(); i++) {
                    assertThat(TensorEngine.distance(
                                    found.get(i).toFloats(), expected.get(i).toFloats()))
                            .isLessThan(1e-5);
                }
            }
        }
    }

    /** While it is trained it multiplies once by the sum, afterwards twice: both give the same. */
    @Test
    void trainingAndServingComputeTheSame() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().get(2), 1);
                var scope = Scope.open()) {
            var random = new Random(1);
            adapter.parameters()
                    .values()
                    .forEach(delta ->
                            delta.copyFrom(Tensors.randn(random, delta.shape()).mul(0.1)));
            float[] served = model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats();
            adapter.train(true);
            float[] trained =
                    model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats();
            assertThat(TensorEngine.distance(served, trained)).isLessThan(1e-5);
        }
    }

    @Test
    void holdsAnyChangeThatItIsGiven() {
        try (var model = TinyTask.model();
                var scope = Scope.open()) {
            var deltas = deltas(model);
            var method = (StoresDeltas) Methods.scan().require("full");
            assertThat(method.bytes(model, deltas)).isEqualTo(4 * (16 * 16 + 16 + 40 * 16 + 16));
            try (var adapter = method.holding(model, deltas)) {
                assertThat(adapter.parameters().keySet()).isEqualTo(deltas.keySet());
                adapter.parameters()
                        .forEach((name, held) -> assertThat(held.toFloats())
                                .isEqualTo(
                                        Objects.requireNonNull(deltas.get(name)).toFloats()));
            }
        }
    }

    private static Map<String, Tensor> deltas(CausalModel model) {
        var random = new Random(2);
        var deltas = new LinkedHashMap<String, Tensor>();
        for (String name :
                List.of("model.layers.0.self_attn.q_proj.weight", "model.norm.weight", "model.embed_tokens.weight")) {
            deltas.put(
                    name, Tensors.randn(random, BaseTensors.require(model, name).shape()));
        }
        deltas.put(NEW_BIAS, Tensors.randn(random, 16));
        return deltas;
    }
}
