package dev.tenon.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A job on {@code /api/v1}: OpenAI's keys where it has them (times in unix seconds), and the run's progress. */
@JsonNaming(SnakeCaseStrategy.class)
record JobBody(
        String id,
        String status,
        String model,
        @Nullable String fineTunedModel,
        String trainingFile,
        @Nullable String validationFile,
        String suffix,
        long seed,
        Map<String, Object> adapter,
        Map<String, Object> hyperparameters,
        Map<String, String> metadata,
        String phase,
        int step,
        int totalSteps,
        long createdAt,
        @Nullable Long startedAt,
        @Nullable Long finishedAt,
        @Nullable Long estimatedFinish,
        @Nullable Long trainedTokens,
        @Nullable JobError error) {

    static JobBody of(JobView job) {
        return new JobBody(
                job.id(),
                job.status().wire(),
                job.model(),
                job.fineTunedModel(),
                job.trainingFile(),
                job.validationFile(),
                job.suffix(),
                job.seed(),
                job.adapter(),
                job.hyperparameters().toMap(),
                job.metadata(),
                job.phase(),
                job.step(),
                job.totalSteps(),
                job.createdAt().getEpochSecond(),
                seconds(job.startedAt()),
                seconds(job.finishedAt()),
                seconds(job.estimatedFinish()),
                job.trainedTokens(),
                job.error());
    }

    private static @Nullable Long seconds(@Nullable Instant time) {
        return time == null ? null : time.getEpochSecond();
    }
}
