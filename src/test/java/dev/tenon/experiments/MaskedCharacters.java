package dev.tenon.experiments;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Random;

/** A small encoder that guesses masked characters. */
record MaskedCharacters(EncoderModel model) {
    private static final int BATCH = 32;

    /** Two blocks, 64 wide, that know English. */
    static MaskedCharacters english(int steps) {
        Engine.seed(1);
        var config = new EncoderConfig(
                "bert",
                64,
                2,
                4,
                128,
                Characters.COUNT,
                Characters.WINDOW,
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
        var known = new MaskedCharacters(Models.random(config, Device.cpu(), DType.F32, 1));
        var windows = Characters.english();
        var random = new Random(1);
        Pretraining.run(known.model, steps, 3e-3, (hooks, step) -> known.loss(hooks, windows, random));
        return known;
    }

    /** Mean cross-entropy of a batch's masked characters. */
    Tensor loss(Hooks hooks, List<long[]> windows, Random random) {
        return loss(hooks, Characters.mask(Characters.sample(windows, BATCH, random), random));
    }

    private Tensor loss(Hooks hooks, Characters.Masked masked) {
        int count = masked.places().length;
        Tensor hidden = model.hidden(Sequences.of(masked.rows()), hooks).select(0, Tensors.of(masked.places(), count));
        var sums = Kernels.callList("token_loss", model.logits(hidden, hooks), Tensors.of(masked.answers(), count));
        return sums.getFirst().sum().mul(1.0 / count);
    }

    /** The exponential of the mean cross-entropy of masked characters of unseen text. */
    double perplexity(Hooks hooks, List<long[]> windows) {
        var random = new Random(77);
        double sum = 0;
        int batches = 10;
        for (int i = 0; i < batches; i++) {
            try (var scope = Scope.open()) {
                sum += loss(hooks, windows, random).item();
            }
        }
        return Math.exp(sum / batches);
    }

    /** The mean {@code [texts, hidden]} of the last hidden states of texts of one window each. */
    Tensor means(Hooks hooks, List<long[]> texts) {
        return model.hidden(Sequences.of(texts), hooks)
                .reshape(texts.size(), Characters.WINDOW, -1)
                .sum(1)
                .mul(1.0 / Characters.WINDOW);
    }
}
