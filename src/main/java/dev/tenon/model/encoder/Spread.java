package dev.tenon.model.encoder;

import dev.tenon.model.KeyValues;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How documents that lie end to end are spread to the rows of one attention, and back.
 *
 * @param lengths tokens of each document
 * @param gather places of the tokens of every row, short rows filled up, {@code [documents · longest]}; null where all
 *     documents have one length
 * @param scatter places of the documents' tokens among the rows, {@code [tokens]}
 */
record Spread(
        long[] lengths, @Nullable Tensor gather, @Nullable Tensor scatter) {
    static Spread of(long[] lengths, Device device) {
        int longest = (int) Arrays.stream(lengths).max().orElseThrow();
        int tokens = (int) Arrays.stream(lengths).sum();
        if (tokens == longest * lengths.length) {
            return new Spread(lengths, null, null);
        }
        var gather = new long[longest * lengths.length];
        var scatter = new long[tokens];
        int start = 0;
        for (int row = 0; row < lengths.length; row++) {
            for (int i = 0; i < longest; i++) {
                boolean real = i < lengths[row];
                gather[row * longest + i] = start + (real ? i : 0);
                if (real) {
                    scatter[start + i] = (long) row * longest + i;
                }
            }
            start += (int) lengths[row];
        }
        return new Spread(
                lengths, Tensors.of(gather, device, gather.length), Tensors.of(scatter, device, scatter.length));
    }

    /** Attends within documents: {@code [tokens, heads, size]} to {@code [tokens, heads · size]}. */
    Tensor attend(Tensor query, Tensor key, Tensor value, @Nullable KeyValues prefix) {
        return Kernels.call(
                "mutual_attention",
                query,
                key,
                value,
                lengths,
                gather,
                scatter,
                prefix == null ? null : prefix.keys(),
                prefix == null ? null : prefix.values(),
                1 / Math.sqrt(query.size(-1)));
    }
}
