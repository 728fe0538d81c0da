package dev.tenon.method;

import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.model.Quantisation;
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
import org.jspecify.annotations.Nullable;

/**
 * A random decoder and a random encoder of two layers, and a few tokens to learn by heart: the smallest things that a
 * method can be tried on.
 */
public final class TinyTask {
    private static final long[] IDS = {3, 17, 4, 21, 8, 30, 11, 2, 9, 9, 14, 25};
    private static final long[] LENGTHS = {7, 5};
    private static final long[] SOURCES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10};
    private static final long[] TARGETS = {17, 4, 21, 8, 30, 11, 9, 14, 25, 2};
    /** Tokens that the encoder shall guess in the places of others. */
    private static final long[] GUESSES = {5, 17, 6, 21, 7, 30, 12, 2, 8, 9, 14, 26};

    private static final double HEAD_SCALE = 25;

    private TinyTask() {}

    /** With biases on queries, keys and values, and an output head of its own. */
    public static CausalModel model() {
        return (CausalModel) model(null);
    }

    /** The same with the matrices of its blocks in a form of fewer bits. */
    public static Network model(@Nullable Quantisation form) {
        var rotary = new RotaryConfig("default", 10_000, 1, 1, 1, 1);
        var config = new DecoderConfig(
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
        return Models.random(config, Device.cpu(), DType.F32, 7, form);
    }

    /** With a head for masked tokens that has a matrix of its own, whose scores lie about as far apart as logits do. */
    public static EncoderModel encoder() {
        return (EncoderModel) encoder(null);
    }

    /** The same with the matrices of its blocks in a form of fewer bits. */
    public static Network encoder(@Nullable Quantisation form) {
        var config = new EncoderConfig(
                "bert",
                16,
                2,
                4,
                24,
                40,
                64,
                1e-12,
                "gelu",
                2,
                0,
                0,
                false,
                false,
                true,
                EncoderConfig.Top.MASKED,
                List.of());
        var model = Models.random(config, Device.cpu(), DType.F32, 7, form);
        try (var scope = Scope.open()) {
            Tensor matrix = model.linearSites().getLast().weight();
            matrix.copyFrom(matrix.mul(HEAD_SCALE));
        }
        return model;
    }

    public static float[] logits(Network model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.logits(model.hidden(sequences(), hooks), hooks).toFloats();
        }
    }

    public static Sequences sequences() {
        return new Sequences(IDS, LENGTHS);
    }

    /** The same tokens for methods that look at data first. */
    static Calibration calibration() {
        return new Calibration(
                List.of(sequences()),
                text -> text.chars().mapToLong(c -> c % 40).toArray());
    }

    /** Mean cross-entropy over the targets, a scalar. */
    public static Tensor loss(Network model, Hooks hooks) {
        Tensor hidden = model.hidden(sequences(), hooks);
        boolean encoder = model instanceof EncoderModel;
        Tensor rows = encoder ? hidden : hidden.select(0, Tensors.of(SOURCES, SOURCES.length));
        long[] targets = encoder ? GUESSES : TARGETS;
        var sums = Kernels.callList("token_loss", model.logits(rows, hooks), Tensors.of(targets, targets.length));
        return sums.getFirst().sum().mul(1.0 / targets.length);
    }

    /** AdamW steps at a rate of 0.01; returns the loss before every step. */
    public static double[] train(Network model, Adapter adapter, int steps) {
        return train(model, adapter, steps, 0.01);
    }

    public static double[] train(Network model, Adapter adapter, int steps, double rate) {
        return new AdapterSteps(rate, 0.9, 0.999, 1e-8, 0).run(adapter, steps, 1, () -> loss(model, adapter.hooks()));
    }
}
