package dev.tenon.model;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/**
 * The token embedding.
 *
 * @param weight {@code [vocabulary, hidden]}
 */
public record EmbeddingSite(String path, Tensor weight) implements Site {
    @Override
    public int layer() {
        return -1;
    }

    /** Ids {@code [tokens]} to {@code [tokens, hidden]}. */
    public Tensor base(Tensor ids) {
        return Kernels.call("embed", ids, weight);
    }
}
