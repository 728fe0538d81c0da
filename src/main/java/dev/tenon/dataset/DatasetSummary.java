package dev.tenon.dataset;

import org.jspecify.annotations.Nullable;

/**
 * What a dataset holds.
 *
 * @param format {@code chat}, {@code completion} or {@code preference}
 * @param examples lines that hold an example
 * @param turns messages of all examples together
 * @param approxTokens about a quarter of the characters; the exact number depends on the base model
 */
public record DatasetSummary(
        String format,
        long examples,
        long turns,
        long approxTokens,
        @Nullable Long characters) {}
