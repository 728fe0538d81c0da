package dev.tenon.registry.composition;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A composition or merge and how far it is, as it goes over the wire; times in unix seconds.
 *
 * @param object {@code composition} or {@code merge}
 * @param status {@code queued}, {@code running}, {@code succeeded} or {@code failed}
 * @param result the model that was made, with what proves it
 * @param error code, message and field of what went wrong
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record CompositionView(
        String id,
        String object,
        String name,
        String status,
        Map<String, Object> request,
        @Nullable Map<String, Object> result,
        @Nullable Map<String, Object> error,
        long createdAt,
        @Nullable Long startedAt,
        @Nullable Long finishedAt) {}
