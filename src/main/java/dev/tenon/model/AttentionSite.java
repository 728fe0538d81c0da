package dev.tenon.model;

/**
 * The keys and values of one attention.
 *
 * @param heads heads of keys and values
 * @param size width of one head
 */
public record AttentionSite(String path, int layer, int heads, int size) implements Site {}
