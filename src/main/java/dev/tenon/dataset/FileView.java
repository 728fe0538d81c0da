package dev.tenon.dataset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A stored, immutable file as its owner sees it; {@code dataset} is set when it holds training examples. */
public record FileView(
        String id,
        String orgId,
        String filename,
        String purpose,
        long bytes,
        String digest,
        Instant createdAt,
        @Nullable Instant expiresAt,
        String status,
        @Nullable String statusDetails,
        @Nullable DatasetSummary dataset) {}
