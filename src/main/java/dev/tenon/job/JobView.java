package dev.tenon.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fine-tuning job as its owner sees it. */
public record JobView(
        String id,
        String orgId,
        Instant createdAt,
        @Nullable JobError error,
        @Nullable String fineTunedModel,
        @Nullable Instant finishedAt,
        @Nullable Instant startedAt,
        HyperparametersView hyperparameters,
        String model,
        List<String> resultFiles,
        long seed,
        JobStatus status,
        @Nullable Long trainedTokens,
        String trainingFile,
        @Nullable String validationFile,
        @Nullable Instant estimatedFinish,
        Map<String, String> metadata,
        String suffix,
        Map<String, Object> adapter,
        String methodId,
        int step,
        int totalSteps,
        String phase,
        @Nullable Map<String, Object> rawMethod) {}
