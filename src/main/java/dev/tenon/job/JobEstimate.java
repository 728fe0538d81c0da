package dev.tenon.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job would take, before it is queued.
 *
 * @param tokens of one epoch
 * @param tokensCounted whether they were all counted by the base's tokenizer; otherwise they are an estimate, by the
 *     beginning of a large file or, where the base's tokenizer is not at hand, by a quarter of the characters
 * @param seconds null until a speed of this base was ever seen
 * @param warnings of what training would do without being asked to, such as cutting long examples
 */
public record JobEstimate(
        long examples,
        long tokens,
        boolean tokensCounted,
        int epochs,
        int batchSize,
        int totalSteps,
        long trainableParameters,
        long memoryBytes,
        long memoryAvailable,
        boolean fits,
        @Nullable Double tokensPerSecond,
        @Nullable Long seconds,
        String explanation,
        List<String> warnings) {}
