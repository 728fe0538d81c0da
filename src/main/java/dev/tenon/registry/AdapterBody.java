package dev.tenon.registry;

import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** An adapter on {@code /api/v1}, times in unix seconds. */
@JsonNaming(SnakeCaseStrategy.class)
record AdapterBody(
        String id,
        String object,
        String name,
        String baseModel,
        String method,
        int latestVersion,
        String latestModelId,
        Map<String, Integer> aliases,
        long createdAt,
        long updatedAt) {

    static AdapterBody of(AdapterView adapter) {
        return new AdapterBody(
                adapter.id(),
                "adapter",
                adapter.name(),
                adapter.baseModel(),
                adapter.methodId(),
                adapter.latestVersion(),
                adapter.latestModelId(),
                adapter.aliases(),
                adapter.createdAt().getEpochSecond(),
                adapter.updatedAt().getEpochSecond());
    }
}
