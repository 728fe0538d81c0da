package dev.tenon.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One line of an alias's history; null {@code from} is its beginning, null {@code to} its end. */
public record AliasChange(
        long sequence,
        @Nullable String alias,
        @Nullable Integer from,
        @Nullable Integer to,
        String action,
        String changedBy,
        Instant at) {}
