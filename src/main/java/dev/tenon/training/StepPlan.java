package dev.tenon.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which documents make up each step: a fresh order every epoch that only the seed and the epoch decide. */
final class StepPlan {
    private final int documents;
    private final int perStep;
    private final long seed;
    private final int epochs;
    private int shuffledEpoch = -1;
    private List<Integer> order = List.of();

    StepPlan(int documents, Hyperparameters settings) {
        this.documents = documents;
        this.perStep = settings.batchSize() * settings.gradientAccumulation();
        this.seed = settings.seed();
        this.epochs = settings.epochs();
    }

    int stepsPerEpoch() {
        return (documents + perStep - 1) / perStep;
    }

    int totalSteps() {
        return stepsPerEpoch() * epochs;
    }

    /** Epochs done when a step, counted from 1, has ended. */
    double epochAfter(int step) {
        int whole = step / stepsPerEpoch();
        long rest = (long) (step % stepsPerEpoch()) * perStep;
        return whole + (double) rest / documents;
    }

    /** The documents of a step, counted from 1. */
    List<Integer> documents(int step) {
        int epoch = (step - 1) / stepsPerEpoch();
        if (epoch != shuffledEpoch) {
            var fresh = new ArrayList<Integer>();
            for (int i = 0; i < documents; i++) {
                fresh.add(i);
            }
            Collections.shuffle(fresh, new Random(seed * 31 + epoch));
            order = fresh;
            shuffledEpoch = epoch;
        }
        int from = (step - 1) % stepsPerEpoch() * perStep;
        return order.subList(from, Math.min(from + perStep, documents));
    }
}
