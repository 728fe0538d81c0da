package dev.tenon.training;

import java.util.List;

/** The learning rate by step: a linear rise from zero, then constant, linear or cosine fall to zero. */
record Schedule(String name, double peak, int warmup, int total) {
    static final List<String> NAMES = List.of("cosine", "linear", "constant");

    Schedule {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("Unknown schedule '%s': use one of %s".formatted(name, NAMES));
        }
    }

    static Schedule of(Hyperparameters settings, int total) {
        int warmup = (int) Math.round(settings.warmupRatio() * total);
        return new Schedule(settings.schedule(), settings.learningRate(), warmup, total);
    }

    /** The rate of a step, counted from 1. */
    double at(int step) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double done = total == warmup ? 0 : (double) (step - 1 - warmup) / (total - warmup);
        return switch (name) {
            case "linear" -> peak * (1 - done);
            case "cosine" -> peak * 0.5 * (1 + Math.cos(Math.PI * done));
            default -> peak;
        };
    }
}
