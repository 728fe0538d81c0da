package dev.tenon.openai.uploads;

import dev.tenon.core.Problem;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A file that is on its way in parts; {@code bytes} is what all parts together will have. */
record Upload(
        String id,
        String orgId,
        String filename,
        String purpose,
        long bytes,
        @Nullable Duration keptFor,
        Status status,
        @Nullable String fileId,
        Instant createdAt,
        Instant expiresAt) {

    enum Status {
        PENDING,
        COMPLETED,
        CANCELLED,
        EXPIRED
    }

    /** Refuses whatever only a pending upload can have done to it. */
    void requirePending(String act) {
        if (status != Status.PENDING) {
            throw Problem.invalid(
                    "upload_id",
                    "invalid_upload_state",
                    "Upload '%s' is %s, so it cannot %s: create a new one."
                            .formatted(id, status.name().toLowerCase(java.util.Locale.ROOT), act));
        }
    }
}
