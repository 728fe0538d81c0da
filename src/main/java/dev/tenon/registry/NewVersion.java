package dev.tenon.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A version that is about to be made, by a job or by an import ({@code jobId} null). */
record NewVersion(
        String orgId,
        String adapterName,
        String modelId,
        String baseModel,
        String baseDigest,
        String methodId,
        Map<String, Object> config,
        String folderDigest,
        long bytes,
        @Nullable String jobId,
        Map<String, Object> lineage,
        Map<String, Object> proof,
        String by) {}
