package dev.tenon.method.compose;

import dev.tenon.method.ParameterSet;
import dev.tenon.model.EncoderConfig.Top;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed sequence of tokens on which two forms of a model are compared, the same for every model of a vocabulary.
 *
 * @param ids drawn from the whole vocabulary
 */
record Probe(long[] ids) {
    private static final int LENGTH = 32;
    private static final long SEED = 2026;

    static Probe of(Network model) {
        var random = ParameterSet.random(SEED, "probe");
        int length = Math.min(LENGTH, model.config().maxPositions());
        return new Probe(LongStream.generate(() -> random.nextInt(model.config().vocabulary()))
                .limit(length)
                .toArray());
    }

    /**
     * The scores of every position, row by row: the head's, or else the model's own logits, or of an encoder that has
     * neither the last hidden states.
     */
    float[] logits(Network model, Hooks hooks, @Nullable Head head) {
        try (var scope = Scope.open()) {
            Tensor hidden = model.hidden(Sequences.of(List.of(ids)), hooks);
            if (head != null) {
                return head.logits((EncoderModel) model, hidden, hooks).toFloats();
            }
            boolean bare =
                    model instanceof EncoderModel encoder && encoder.config().head() != Top.MASKED;
            return (bare ? hidden : model.logits(hidden, hooks)).toFloats();
        }
    }

    /** The largest absolute difference of two answers. */
    static double apart(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }
}
