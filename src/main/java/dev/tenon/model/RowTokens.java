package dev.tenon.model;

/**
 * New tokens of one row of a cache.
 *
 * @param ids at least one; {@code -1 - i} is virtual token {@code i} of the hooks
 * @param hooks of the row's adapter
 * @param wanted after how many of them, the last ones, the logits are wanted
 */
public record RowTokens(int row, long[] ids, Hooks hooks, int wanted) {
    /** The same without any hooks. */
    public RowTokens bare() {
        return new RowTokens(row, ids, Hooks.NONE, wanted);
    }
}
