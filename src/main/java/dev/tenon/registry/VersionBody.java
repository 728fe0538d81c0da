package dev.tenon.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A version on {@code /api/v1}, with where it came from and what proves that it works. */
@JsonNaming(SnakeCaseStrategy.class)
record VersionBody(
        String id,
        String object,
        String adapter,
        int version,
        String modelId,
        String baseModel,
        String baseDigest,
        String method,
        Map<String, Object> config,
        String digest,
        long bytes,
        @Nullable String jobId,
        Map<String, Object> lineage,
        Map<String, Object> proof,
        long createdAt) {

    static VersionBody of(AdapterVersionView version) {
        return new VersionBody(
                version.id(),
                "adapter.version",
                version.adapterName(),
                version.version(),
                version.modelId(),
                version.baseModel(),
                version.baseDigest(),
                version.methodId(),
                version.config(),
                version.blobDigest(),
                version.bytes(),
                version.jobId(),
                version.lineage(),
                version.proof(),
                version.createdAt().getEpochSecond());
    }
}
