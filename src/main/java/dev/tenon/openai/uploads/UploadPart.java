package dev.tenon.openai.uploads;

import java.time.Instant;

/** One part of an upload, of {@code bytes} bytes. */
record UploadPart(String id, String uploadId, long bytes, Instant createdAt) {}
