package dev.tenon.model;

/** Tokens of a packed batch, one after the other, that belong to the same hooks. */
public record Span(int start, int count, Hooks hooks) {}
