package dev.tenon.dataset;

import org.jspecify.annotations.Nullable;

/**
 * What a dataset holds.
 *
 * @param format {@code chat}, {@code completion} or {@code preference}; for encoders {@code classification}, {@code
 *     tagging} or {@code text}
 * @param examples examples in the file
 * @param turns messages of all examples together; one each where there are none
 * @param approxTokens about a quarter of the characters; the exact number depends on the base model
 */
public record DatasetSummary(
        String format,
        long examples,
        long turns,
        long approxTokens,
        @Nullable Long characters) {}
