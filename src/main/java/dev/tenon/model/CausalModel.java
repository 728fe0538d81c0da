package dev.tenon.model;

import dev.tenon.tensor.Tensor;

/** A frozen decoder: each token sees itself and the tokens before it. */
public interface CausalModel extends Network {
    @Override
    DecoderConfig config();

    /** Room for the keys and values of {@code rows} growing sequences of at most {@code capacity} tokens. */
    KvCache cache(int rows, int capacity);

    /**
     * Appends tokens to some rows of a cache and returns the logits after the last token of each, {@code [rows,
     * vocabulary]}.
     *
     * @param rows which rows of the cache
     * @param tokens the new tokens of each of them, at least one
     */
    Tensor step(int[] rows, long[][] tokens, KvCache cache, Hooks hooks);
}
