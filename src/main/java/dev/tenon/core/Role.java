package dev.tenon.core;

/** What one process of Tenon does; {@link #ALL} does everything. Set by {@code tenon.role}. */
public enum Role {
    WEB,
    WORKER,
    SERVE,
    ALL
}
