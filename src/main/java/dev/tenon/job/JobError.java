package dev.tenon.job;

import org.jspecify.annotations.Nullable;

/** Why a job failed, in the shape that OpenAI clients read. */
public record JobError(
        String code, String message, @Nullable String param) {}
