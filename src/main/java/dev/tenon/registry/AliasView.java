package dev.tenon.registry;

import java.time.Instant;

/** Where an alias points now. */
public record AliasView(String adapterName, String alias, int version, Instant since) {}
