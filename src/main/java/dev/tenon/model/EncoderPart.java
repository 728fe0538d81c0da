package dev.tenon.model;

/** Sequences of a batch of an encoder that belong to the same hooks. */
public record EncoderPart(Sequences sequences, Hooks hooks) {}
