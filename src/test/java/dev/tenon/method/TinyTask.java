package dev.tenon.method;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Models;
import dev.tenon.model.RotaryConfig;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Collections;
import java.util.List;

/** A random decoder of two layers and a few tokens to learn by heart: the smallest thing that a method can be tried on. */
public final class TinyTask {
    private static final long[] IDS = {3, 17, 4, 21, 8, 30, 11, 2, 9, 9, 14, 25};
    private static final long[] LENGTHS = {7, 5};
    private static final long[] SOURCES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10};
    private static final long[] TARGETS = {17, 4, 21, 8, 30, 11, 9, 14, 25, 2};

    private TinyTask() {}

    /** With biases on queries, keys and values, and an output head of its own. */
    public static CausalModel model() {
        var rotary = new RotaryConfig("default", 10_000, 1, 1, 1, 1);
        var config = new ModelConfig(
                "qwen2",
                16,
                2,
                4,
                2,
                4,
                24,
                40,
                64,
                1e-6,
                false,
                true,
                false,
                false,
                Collections.nCopies(2, 0),
                rotary,
                List.of(2));
        return Models.random(config, Device.cpu(), DType.F32, 7);
    }

    static float[] logits(CausalModel model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.logits(model.hidden(sequences(), hooks), hooks).toFloats();
        }
    }

    public static Sequences sequences() {
        return new Sequences(IDS, LENGTHS);
    }

    /** The same tokens for methods that look at data first. */
    static Calibration calibration() {
        return new Calibration(List.of(sequences()));
    }

    /** Mean cross-entropy over the targets, a scalar. */
    public static Tensor loss(CausalModel model, Hooks hooks) {
        Tensor hidden = model.hidden(sequences(), hooks).select(0, Tensors.of(SOURCES, SOURCES.length));
        var sums = Kernels.callList("token_loss", model.logits(hidden, hooks), Tensors.of(TARGETS, TARGETS.length));
        return sums.getFirst().sum().mul(1.0 / TARGETS.length);
    }

    /** AdamW steps at a rate of 0.01; returns the loss before every step. */
    static double[] train(CausalModel model, Adapter adapter, int steps) {
        return train(model, adapter, steps, 0.01);
    }

    static double[] train(CausalModel model, Adapter adapter, int steps, double rate) {
        return new AdapterSteps(rate, 0.9, 0.999, 1e-8, 0)
                .run(adapter, steps, 1, () -> loss(model, adapter.hooks()));
    }
}
