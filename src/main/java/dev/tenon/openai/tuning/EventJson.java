package dev.tenon.openai.tuning;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.job.JobEventView;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** One event of a job on the wire. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
record EventJson(
        String object,
        String id,
        long createdAt,
        String level,
        String message,
        String type,
        @Nullable Map<String, Object> data) {

    static EventJson of(JobEventView event) {
        return new EventJson(
                "fine_tuning.job.event",
                event.id(),
                event.createdAt().getEpochSecond(),
                event.level(),
                event.message(),
                event.type(),
                event.data());
    }
}
