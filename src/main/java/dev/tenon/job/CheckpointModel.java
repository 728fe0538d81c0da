package dev.tenon.job;

import java.time.Instant;
import java.util.Map;

/** A checkpoint as something to answer with: its folder of adapter files and what it belongs to. */
public record CheckpointModel(
        String checkpointId,
        String jobId,
        String modelName,
        String adapterName,
        int step,
        String baseName,
        String baseDigest,
        String methodId,
        Map<String, Object> adapter,
        String folderDigest,
        long bytes,
        Map<String, Object> metrics,
        Instant createdAt) {}
