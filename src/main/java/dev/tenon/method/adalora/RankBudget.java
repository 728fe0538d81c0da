package dev.tenon.method.adalora;

import dev.tenon.core.Problem;

/**
 * How many ranks all layers may have together at a step: all of them at first, then fewer by a cubic curve, and the target
 * at the end (Zhang et al. 2023, equation 12).
 *
 * @param initial ranks at the start
 * @param target ranks at the end
 * @param warmup steps before the first cut
 * @param cooldown steps after the last
 * @param every steps between cuts
 * @param total steps of the run
 */
record RankBudget(int initial, int target, int warmup, int cooldown, int every, int total) {
    /** The schedule of some settings for a run. */
    static RankBudget of(AdaLoraConfig config, int layers, int total) {
        int warmup = steps(config.tinit(), total);
        int cooldown = steps(config.tfinal(), total);
        if (warmup >= total - cooldown) {
            throw Problem.invalid(
                    "adapter.tinit",
                    "budget_not_met",
                    "'adapter.tinit' %d and 'adapter.tfinal' %d leave none of the run's %d steps for cutting ranks:"
                                    .formatted(warmup, cooldown, total)
                            + " their sum must be less.");
        }
        return new RankBudget(
                config.initRank() * layers, config.targetRank() * layers, warmup, cooldown, config.deltaT(), total);
    }

    private static int steps(double given, int total) {
        return (int) (given < 1 ? given * total : given);
    }

    /** The last step at which ranks may be cut. */
    int lastCut() {
        return total - cooldown;
    }

    /** Whether ranks are cut after a step, counted from 1. */
    boolean cutsAt(int step) {
        return step == lastCut() || (step > warmup && step < lastCut() && step % every == 0);
    }

    /** The ranks left after a step. */
    int at(int step) {
        if (step <= warmup) {
            return initial;
        }
        if (step >= lastCut()) {
            return target;
        }
        double left = 1 - (double) (step - warmup) / (lastCut() - warmup);
        return (int) ((initial - target) * (left * left * left) + target);
    }
}
