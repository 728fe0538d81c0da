package dev.tenon.registry;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One immutable version of an adapter. {@code blobDigest} is the digest of its folder manifest; {@code jobId} is null
 * for an import.
 */
public record AdapterVersionView(
        String id,
        String adapterName,
        int version,
        String modelId,
        String baseModel,
        String baseDigest,
        String methodId,
        Map<String, Object> config,
        String blobDigest,
        long bytes,
        @Nullable String jobId,
        Map<String, Object> lineage,
        Map<String, Object> proof,
        Instant createdAt) {}
