package dev.tenon.job;

import java.util.Map;

/** A checkpoint whose files are already stored under {@code folderDigest}; metrics with OpenAI's keys. */
public record JobCheckpoint(int step, String folderDigest, long bytes, boolean best, Map<String, Object> metrics) {}
