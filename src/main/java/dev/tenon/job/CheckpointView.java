package dev.tenon.job;

import java.time.Instant;
import java.util.Map;

/** A saved state of a job; {@code modelName} can be chatted with, {@code metrics} has OpenAI's keys. */
public record CheckpointView(
        String id, Instant createdAt, String jobId, String modelName, int step, Map<String, Object> metrics) {}
