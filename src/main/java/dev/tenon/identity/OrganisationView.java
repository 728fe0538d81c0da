package dev.tenon.identity;

import java.time.Instant;

/** One organisation: the unit that owns data, jobs and adapters. */
public record OrganisationView(String id, String name, Instant createdAt) {}
