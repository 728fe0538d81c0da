package dev.tenon.job;

/** What a job runs with; each value is a number, or the word {@code auto} until it has been chosen. */
public record HyperparametersView(Object epochs, Object batchSize, Object learningRateMultiplier) {}
