package dev.tenon.serving;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one row from its logits {@code [vocabulary]}: bias, penalties over the tokens generated so
 * far, then greedy or temperature and nucleus (top-p, arXiv 1904.09751). Deterministic for a seed on every platform.
 */
final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;
    private final Map<Integer, Integer> counts = new HashMap<>();
    private @Nullable Nucleus nucleus;

    Sampler(Sampling sampling, long seed) {
        this.sampling = sampling;
        this.random = new SplittableRandom(seed);
    }

    /** Adjusts the logits in place and returns the chosen id. */
    int next(float[] logits) {
        adjust(logits);
        int chosen = sampling.temperature() == 0 ? greedy(logits) : draw(logits);
        counts.merge(chosen, 1, Integer::sum);
        return chosen;
    }

    private void adjust(float[] logits) {
        sampling.logitBias().forEach((id, bias) -> {
            if (id < logits.length) {
                logits[id] += bias.floatValue();
            }
        });
        if (sampling.presencePenalty() != 0 || sampling.frequencyPenalty() != 0) {
            counts.forEach((id, count) ->
                    logits[id] -= (float) (sampling.presencePenalty() + count * sampling.frequencyPenalty()));
        }
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
        if (sampling.topP() < 1) {
            if (nucleus == null) {
                nucleus = new Nucleus(logits.length);
            }
            return nucleus.draw(weights, total, sampling.topP(), random.nextDouble());
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
