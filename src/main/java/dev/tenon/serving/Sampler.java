package dev.tenon.serving;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one row from its logits {@code [vocabulary]}: penalties, bias, then greedy, or temperature
 * and a draw from what {@link Truncation} leaves. Deterministic for a seed on every platform.
 */
final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;
    /** Uses in the answer; 0 for a token that only stands in the prompt. */
    private final Map<Integer, Integer> counts = new HashMap<>();

    private @Nullable Nucleus nucleus;

    Sampler(Sampling sampling, long seed, int[] prompt) {
        this.sampling = sampling;
        this.random = new SplittableRandom(seed);
        if (sampling.penalties().repetition() != 1) {
            for (int id : prompt) {
                counts.put(id, 0);
            }
        }
    }

    /** Penalties and bias, in place; before anything that forbids tokens. */
    void adjust(float[] logits) {
        if (!sampling.penalties().equals(Penalties.NONE)) {
            counts.forEach((id, count) -> penalise(logits, id, count));
        }
        sampling.logitBias().forEach((id, bias) -> {
            if (id < logits.length) {
                logits[id] += bias.floatValue();
            }
        });
    }

    private void penalise(float[] logits, int id, int count) {
        var penalties = sampling.penalties();
        double logit = logits[id];
        logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
        if (count > 0) {
            logit -= penalties.presence() + count * penalties.frequency();
        }
        logits[id] = (float) logit;
    }

    /** The chosen id; logits of negative infinity are never chosen while any other is there. */
    int choose(float[] logits) {
        int chosen = sampling.temperature() == 0 ? greedy(logits) : draw(logits);
        counts.merge(chosen, 1, Integer::sum);
        return chosen;
    }

    static int greedy(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private int draw(float[] logits) {
        float top = logits[greedy(logits)];
        var weights = new double[logits.length];
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            weights[i] = Math.exp((logits[i] - top) / sampling.temperature());
            total += weights[i];
        }
        if (!sampling.truncation().keepsAll()) {
            if (nucleus == null) {
                nucleus = new Nucleus(logits.length);
            }
            return nucleus.draw(weights, total, sampling.truncation(), random.nextDouble());
        }
        double point = random.nextDouble() * total;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                point -= weights[i];
                if (point < 0) {
                    return i;
                }
            }
        }
        return last;
    }
}
