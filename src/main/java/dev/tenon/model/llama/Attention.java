package dev.tenon.model.llama;

import dev.tenon.tensor.Tensor;

/** How queries meet keys and values: within packed sequences, or against a cache. */
interface Attention {
    /**
     * Attends causally.
     *
     * @param query {@code [tokens, heads, size]}, rotated
     * @param key {@code [tokens, keyHeads, size]}, rotated
     * @param value {@code [tokens, keyHeads, size]}
     * @return {@code [tokens, heads · size]}
     */
    Tensor attend(int layer, Tensor query, Tensor key, Tensor value);
}
