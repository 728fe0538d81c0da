package dev.tenon.serving.deployment;

/** A name of an organisation means another version from now on; heard by every process that serves. */
public record ModelMoved(String orgId, String model) {}
