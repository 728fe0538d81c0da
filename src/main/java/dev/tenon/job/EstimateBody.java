package dev.tenon.job;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** An estimate on {@code /api/v1}. */
@JsonNaming(SnakeCaseStrategy.class)
record EstimateBody(
        long examples,
        long tokens,
        boolean tokensCounted,
        int epochs,
        int batchSize,
        int totalSteps,
        long trainableParameters,
        long memoryBytes,
        long memoryAvailableBytes,
        boolean fits,
        @Nullable Double tokensPerSecond,
        @Nullable Long seconds,
        String explanation,
        List<String> warnings) {

    static EstimateBody of(JobEstimate estimate) {
        return new EstimateBody(
                estimate.examples(),
                estimate.tokens(),
                estimate.tokensCounted(),
                estimate.epochs(),
                estimate.batchSize(),
                estimate.totalSteps(),
                estimate.trainableParameters(),
                estimate.memoryBytes(),
                estimate.memoryAvailable(),
                estimate.fits(),
                estimate.tokensPerSecond(),
                estimate.seconds(),
                estimate.explanation(),
                estimate.warnings());
    }
}
