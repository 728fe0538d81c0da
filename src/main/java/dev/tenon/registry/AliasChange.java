package dev.tenon.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of an alias's history; null {@code from} is its beginning, null {@code to} its end.
 *
 * @param changedBy id of a user
 * @param changedByName what the user is called; null for who is none of the organisation
 */
public record AliasChange(
        long sequence,
        @Nullable String alias,
        @Nullable Integer from,
        @Nullable Integer to,
        String action,
        String changedBy,
        @Nullable String changedByName,
        Instant at) {

    /** The same with the name of whoever did it. */
    AliasChange by(@Nullable String name) {
        return new AliasChange(sequence, alias, from, to, action, changedBy, name, at);
    }
}
