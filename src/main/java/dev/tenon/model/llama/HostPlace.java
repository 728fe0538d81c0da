package dev.tenon.model.llama;

import java.util.stream.IntStream;

/**
 * Linear layers of one input as a {@link HostProduct} computes them.
 *
 * @param group of the model's groups, −1 where no adapter has a part
 * @param matrix address of the weights {@code [outs, in]}
 * @param widths outputs of each layer
 */
record HostPlace(int group, int in, long matrix, int[] widths) {
    int outs() {
        return IntStream.of(widths).sum();
    }
}
