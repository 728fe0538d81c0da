package dev.tenon.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a job's log; {@code level} is info, warn or error, {@code type} message or metrics, and {@code sequence}
 * grows with every event of the job.
 */
public record JobEventView(
        String id,
        Instant createdAt,
        String level,
        String message,
        String type,
        @Nullable Map<String, Object> data,
        long sequence) {}
