package dev.tenon.model;

import dev.tenon.tensor.Tensor;

/**
 * Keys and values that stand before every sequence at one attention (Li and Liang 2021). They carry no rotation.
 *
 * @param keys {@code [heads, count, size]}
 * @param values {@code [heads, count, size]}
 */
public record KeyValues(Tensor keys, Tensor values) {}
