package dev.tenon.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An API key as it may be shown: never the secret, only the first characters of it. */
public record ApiKeyView(
        String id,
        String name,
        String prefix,
        Tenant.Access access,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
