package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The last look before an adapter is served: what the model says to a fixed sequence of tokens with it. Of a decoder that is
 * the logits of the next token, of an encoder, whose head may be all that was trained, its last hidden state.
 */
final class Verification {
    private static final int LENGTH = 16;
    private static final long SEED = 2026;

    private final Network model;
    private final long[] probe;
    private final float[] plain;

    private Verification(Network model, long[] probe) {
        this.model = model;
        this.probe = probe;
        this.plain = answer(Hooks.NONE);
    }

    /** Asks the base what it says without any adapter. */
    static Verification of(Network model) {
        var config = model.config();
        var probe = new Random(SEED)
                .ints(Math.min(LENGTH, config.maxPositions()), 0, config.vocabulary())
                .asLongStream()
                .toArray();
        return new Verification(model, probe);
    }

    /**
     * Refuses what would only break or change nothing.
     *
     * @param proven whether it was shown before, when the version was made, that it changes the answer
     * @throws Problem 400 where the answer is no number, or the base's own although nothing proved otherwise
     */
    void require(Hooks hooks, boolean proven) {
        float[] adapted = answer(hooks);
        for (float value : adapted) {
            if (!Float.isFinite(value)) {
                throw Problem.invalid(
                        "model", "adapter_not_finite", "With this adapter the model's answer to a probe is no number.");
            }
        }
        if (!proven && model instanceof CausalModel && Arrays.equals(adapted, plain)) {
            throw Problem.invalid(
                    "model",
                    "adapter_without_effect",
                    "This adapter does not change the model's answer to a probe: it is untrained, or its weights"
                            + " belong to another model.");
        }
    }

    private float[] answer(Hooks hooks) {
        try (var scope = Scope.open()) {
            Tensor hidden = model.hidden(Sequences.of(List.of(probe)), hooks);
            Tensor last = hidden.select(0, Tensors.of(new long[] {probe.length - 1}, model.device(), 1));
            return (model instanceof CausalModel ? model.logits(last, hooks) : last).toFloats();
        }
    }
}
