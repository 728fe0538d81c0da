package dev.tenon.model.llama;

import java.util.stream.IntStream;

/**
 * Linear layers of one input as a {@link HostProduct} computes them.
 *
 * @param group of the model's groups, −1 where no adapter has a part
 * @param matrix address of the weights {@code [outs, in]}
 * @param widths outputs of each layer
 * @param outs of all of them
 */
record HostPlace(int group, int in, long matrix, int[] widths, int outs) {
    HostPlace(int group, int in, long matrix, int[] widths) {
        this(group, in, matrix, widths, IntStream.of(widths).sum());
    }

    long weights() {
        return (long) in * outs;
    }
}
