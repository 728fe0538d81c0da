package dev.tenon.experiments;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Random;

/** A small decoder that tells the next character of a text. */
record CharacterModel(CausalModel model) {
    private static final int BATCH = 32;

    /** Two blocks, 64 wide, that know English. */
    static CharacterModel english(int steps) {
        var known = new CharacterModel(Arithmetic.random(1, 2, Characters.COUNT, Characters.WINDOW));
        var windows = Characters.english();
        var random = new Random(1);
        Pretraining.run(known.model, steps, 3e-3, (hooks, step) -> known.loss(hooks, windows, random));
        return known;
    }

    /** Mean cross-entropy of a batch's characters but each window's first. */
    Tensor loss(Hooks hooks, List<long[]> windows, Random random) {
        var rows = Characters.sample(windows, BATCH, random);
        int told = Characters.WINDOW - 1;
        var places = new long[BATCH * told];
        var answers = new long[places.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = (long) (i / told) * Characters.WINDOW + i % told;
            answers[i] = rows.get(i / told)[i % told + 1];
        }
        Tensor hidden = model.hidden(Sequences.of(rows), hooks).select(0, Tensors.of(places, places.length));
        var sums = Kernels.callList("token_loss", model.logits(hidden, hooks), Tensors.of(answers, answers.length));
        return sums.getFirst().sum().mul(1.0 / places.length);
    }

    /** The mean cross-entropy of the characters of unseen text, nats. */
    double nats(Hooks hooks, List<long[]> windows) {
        var random = new Random(77);
        double sum = 0;
        int batches = 10;
        for (int i = 0; i < batches; i++) {
            try (var scope = Scope.open()) {
                sum += loss(hooks, windows, random).item();
            }
        }
        return sum / batches;
    }

    /** Its exponential. */
    double perplexity(Hooks hooks, List<long[]> windows) {
        return Math.exp(nats(hooks, windows));
    }

    /** The mean {@code [texts, hidden]} of the last hidden states of texts of one window each. */
    Tensor means(Hooks hooks, List<long[]> texts) {
        return model.hidden(Sequences.of(texts), hooks)
                .reshape(texts.size(), Characters.WINDOW, -1)
                .sum(1)
                .mul(1.0 / Characters.WINDOW);
    }
}
