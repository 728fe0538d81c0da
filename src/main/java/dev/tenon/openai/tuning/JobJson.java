package dev.tenon.openai.tuning;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.job.JobView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** The fine-tuning job of the wire; {@code adapter}, {@code step}, {@code total_steps} and {@code paused} are Tenon's own. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
record JobJson(
        String object,
        String id,
        String model,
        long createdAt,
        @Nullable Long finishedAt,
        @Nullable String fineTunedModel,
        String organizationId,
        List<String> resultFiles,
        String status,
        @Nullable String validationFile,
        String trainingFile,
        Map<String, Object> hyperparameters,
        @Nullable Long trainedTokens,
        @Nullable Map<String, Object> error,
        @Nullable String userProvidedSuffix,
        long seed,
        @Nullable Long estimatedFinish,
        List<Object> integrations,
        Map<String, String> metadata,
        Map<String, Object> method,
        Map<String, Object> adapter,
        int step,
        int totalSteps,
        boolean paused) {

    static JobJson of(JobView job) {
        var numbers = job.hyperparameters().toMap();
        return new JobJson(
                "fine_tuning.job",
                job.id(),
                job.model(),
                job.createdAt().getEpochSecond(),
                seconds(job.finishedAt()),
                job.fineTunedModel(),
                job.orgId(),
                job.resultFiles(),
                job.status().wire(),
                job.validationFile(),
                job.trainingFile(),
                numbers,
                job.trainedTokens(),
                error(job),
                job.suffix().isEmpty() ? null : job.suffix(),
                job.seed(),
                seconds(job.estimatedFinish()),
                List.of(),
                job.metadata(),
                Map.of("type", "supervised", "supervised", Map.of("hyperparameters", numbers)),
                job.adapter(),
                job.step(),
                job.totalSteps(),
                job.phase().equals("paused"));
    }

    private static @Nullable Long seconds(@Nullable Instant instant) {
        return instant == null ? null : instant.getEpochSecond();
    }

    private static @Nullable Map<String, Object> error(JobView job) {
        var error = job.error();
        if (error == null) {
            return null;
        }
        var json = new LinkedHashMap<String, Object>();
        json.put("code", error.code());
        json.put("message", error.message());
        json.put("param", error.param());
        return json;
    }
}
