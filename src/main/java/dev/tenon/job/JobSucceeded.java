package dev.tenon.job;

import java.util.Map;

/**
 * A job has produced an adapter. Published inside the transaction that makes the job SUCCEEDED, so a listener that
 * joins it is lost with it or kept with it, never one without the other.
 */
public record JobSucceeded(
        String jobId,
        String orgId,
        String adapterName,
        String fineTunedModel,
        String baseName,
        String baseDigest,
        String methodId,
        Map<String, Object> adapter,
        String folderDigest,
        long bytes,
        Map<String, Object> lineage,
        Map<String, Object> proof) {}
