package dev.tenon.model;

/**
 * New tokens of one row of a cache.
 *
 * @param ids at least one; {@code -1 - i} is virtual token {@code i} of the hooks
 * @param hooks of the row's adapter
 * @param wanted whether the logits after the last of them are wanted
 */
public record RowTokens(int row, long[] ids, Hooks hooks, boolean wanted) {}
