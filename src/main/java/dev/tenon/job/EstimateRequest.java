package dev.tenon.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The part of a create request that an estimate depends on; numbers left out mean "auto". */
@JsonNaming(SnakeCaseStrategy.class)
record EstimateRequest(
        @Nullable String model,
        @Nullable String trainingFile,
        @Nullable String validationFile,
        @Nullable Map<String, Object> adapter,
        @Nullable Integer nEpochs,
        @Nullable Integer batchSize,
        @Nullable Double learningRateMultiplier,
        @Nullable Double headLearningRate) {

    CreateJob toCreateJob() {
        return new CreateJob(
                model == null ? "" : model,
                trainingFile == null ? "" : trainingFile,
                validationFile,
                null,
                null,
                Map.of(),
                adapter == null ? Map.of() : adapter,
                nEpochs,
                batchSize,
                learningRateMultiplier,
                headLearningRate,
                null);
    }
}
