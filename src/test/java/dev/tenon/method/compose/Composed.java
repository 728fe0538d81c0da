package dev.tenon.method.compose;

import dev.tenon.method.Adapter;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Adapters that do something, and what a tiny model says with them. */
final class Composed {
    private Composed() {}

    /** A LoRA moved off its start, on queries and the feed-forward output. */
    static Adapter lora(Network model, long seed, int rank) {
        return adapter(model, seed, Map.of("rank", rank, "alpha", 3, "target_modules", List.of("q_proj", "down_proj")));
    }

    static Adapter adapter(Network model, long seed, Map<String, Object> settings) {
        return adapter(model, seed, 0.3, settings);
    }

    static Adapter adapter(Network model, long seed, double deviation, Map<String, Object> settings) {
        Adapter adapter = Methods.scan().attach(model, settings, seed);
        var random = new Random(seed);
        try (var scope = Scope.open()) {
            adapter.parameters()
                    .values()
                    .forEach(tensor -> tensor.copyFrom(tensor.detach()
                            .add(Tensors.randn(random, tensor.shape()).mul(deviation))));
        }
        return adapter;
    }

    static float[] logits(Network model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.logits(model.hidden(TinyTask.sequences(), hooks), hooks)
                    .toFloats();
        }
    }

    /** Logits with every folded tensor written into the model, which is as before afterwards. */
    static float[] merged(Network model, Adapter adapter) {
        var originals = new HashMap<Tensor, Tensor>();
        try (var scope = Scope.open()) {
            for (String name : ((Mergeable) adapter).foldedNames()) {
                Tensor place = BaseTensors.require(model, name);
                Tensor folded = ((Mergeable) adapter).folded(name);
                originals.put(place, place.copy());
                place.copyFrom(folded);
            }
            float[] logits = logits(model, Hooks.NONE);
            originals.forEach(Tensor::copyFrom);
            return logits;
        }
    }
}
