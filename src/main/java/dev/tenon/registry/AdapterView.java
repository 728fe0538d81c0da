package dev.tenon.registry;

import java.time.Instant;
import java.util.Map;

/** An adapter: a name under which versions collect, and the aliases (name to version number) that point at them. */
public record AdapterView(
        String id,
        String name,
        String baseModel,
        String methodId,
        int latestVersion,
        String latestModelId,
        Map<String, Integer> aliases,
        Instant createdAt,
        Instant updatedAt) {}
