package dev.tenon.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** An event on {@code /api/v1}, with the sequence that a live view continues from. */
@JsonNaming(SnakeCaseStrategy.class)
record EventBody(
        String id,
        long sequence,
        long createdAt,
        String level,
        String type,
        String message,
        @Nullable Map<String, Object> data) {

    static EventBody of(JobEventView event) {
        return new EventBody(
                event.id(),
                event.sequence(),
                event.createdAt().getEpochSecond(),
                event.level(),
                event.type(),
                event.message(),
                event.data());
    }
}
