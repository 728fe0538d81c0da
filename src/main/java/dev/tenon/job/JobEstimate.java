package dev.tenon.job;

import org.jspecify.annotations.Nullable;

/** What a job would take, before it is queued; {@code seconds} is null until a speed of this base was ever seen. */
public record JobEstimate(
        long examples,
        long tokens,
        int epochs,
        int batchSize,
        int totalSteps,
        long trainableParameters,
        long memoryBytes,
        long memoryAvailable,
        boolean fits,
        @Nullable Double tokensPerSecond,
        @Nullable Long seconds,
        String explanation) {}
