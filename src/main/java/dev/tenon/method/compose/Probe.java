package dev.tenon.method.compose;

import dev.tenon.method.ParameterSet;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Scope;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A fixed sequence of tokens on which two forms of a model are compared, the same for every model of a vocabulary.
 *
 * @param ids drawn from the whole vocabulary
 */
record Probe(long[] ids) {
    private static final int LENGTH = 32;
    private static final long SEED = 2026;

    static Probe of(CausalModel model) {
        var random = ParameterSet.random(SEED, "probe");
        int length = Math.min(LENGTH, model.config().maxPositions());
        return new Probe(LongStream.generate(() -> random.nextInt(model.config().vocabulary()))
                .limit(length)
                .toArray());
    }

    /** Logits of every position, row by row. */
    float[] logits(CausalModel model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.logits(model.hidden(Sequences.of(List.of(ids)), hooks), hooks)
                    .toFloats();
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
