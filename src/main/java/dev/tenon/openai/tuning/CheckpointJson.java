package dev.tenon.openai.tuning;

import dev.tenon.job.CheckpointView;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** One checkpoint of a job on the wire; its model name can be chatted with. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record CheckpointJson(
        String object,
        String id,
        long createdAt,
        String fineTunedModelCheckpoint,
        String fineTuningJobId,
        int stepNumber,
        Map<String, Object> metrics) {

    static CheckpointJson of(CheckpointView checkpoint) {
        return new CheckpointJson(
                "fine_tuning.job.checkpoint",
                checkpoint.id(),
                checkpoint.createdAt().getEpochSecond(),
                checkpoint.modelName(),
                checkpoint.jobId(),
                checkpoint.step(),
                checkpoint.metrics());
    }
}
