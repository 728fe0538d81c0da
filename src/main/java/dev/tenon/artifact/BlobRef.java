package dev.tenon.artifact;

/** Names a stored blob by its content: the SHA-256 digest as 64 hex letters, and its length in bytes. */
public record BlobRef(String digest, long bytes) {}
