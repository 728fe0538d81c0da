package dev.tenon.serving.engine;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.model.RotaryConfig;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A random decoder of three layers, one of them with a sliding window, and random adapters that change its answers; on the
 * CPU unless {@code -Dtenon.device=cuda:0} says otherwise.
 */
final class TinyDecoder {
    static final String DEVICE = System.getProperty("tenon.device", "cpu");
    static final int VOCABULARY = 61;
    static final int CONTEXT = 160;

    private TinyDecoder() {}

    static CausalModel model() {
        return model(Device.parse(DEVICE));
    }

    static CausalModel model(Device device) {
        return model(device, DType.F32);
    }

    static CausalModel model(Device device, DType type) {
        var rotary = new RotaryConfig("default", 10_000, 1, 1, 1, 1);
        var windows = List.of(0, 24, 0);
        var config = new DecoderConfig(
                "qwen2",
                32,
                3,
                4,
                2,
                16,
                48,
                VOCABULARY,
                CONTEXT,
                1e-6,
                false,
                true,
                false,
                false,
                windows,
                rotary,
                List.of());
        return Models.random(config, device, type, 5);
    }

    /** An adapter of a method with every parameter moved from its start, by up to {@code most}. */
    static Adapter adapter(Network model, Map<String, Object> settings, long seed, double most) {
        Adapter adapter = Methods.scan().attach(model, settings, seed);
        var random = new SplittableRandom(seed);
        try (var scope = Scope.open()) {
            adapter.parameters().values().forEach(tensor -> {
                var moved = Tensors.uniform(random, -most, most, tensor.shape()).to(model.device());
                tensor.detach().copyFrom(Kernels.call("add", tensor.detach(), moved));
            });
        }
        return adapter;
    }
}
