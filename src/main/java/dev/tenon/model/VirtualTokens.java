package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;

/** Embeddings {@code [count, hidden]} that stand before every sequence, and the way back to the sequences' own tokens. */
public record VirtualTokens(Tensor embeddings, Sequences sequences) {
    /** How many stand before each sequence. */
    private int count() {
        return (int) embeddings.size(0);
    }

    /** Tokens of each sequence, the virtual ones among them. */
    public long[] lengths() {
        return Arrays.stream(sequences.lengths()).map(length -> length + count()).toArray();
    }

    /** Puts them before the embedded words {@code [tokens, hidden]} of every sequence. */
    public Tensor before(Tensor words) {
        var order = new long[sequences.ids().length + count() * sequences.lengths().length];
        int at = 0;
        int word = count();
        for (long length : sequences.lengths()) {
            for (int i = 0; i < count(); i++) {
                order[at++] = i;
            }
            for (int i = 0; i < length; i++) {
                order[at++] = word++;
            }
        }
        return Tensor.cat(List.of(embeddings.to(words.dtype()), words), 0)
                .select(0, Tensors.of(order, words.device(), order.length));
    }

    /** The rows of the sequences' own tokens. */
    public Tensor without(Tensor rows) {
        var own = new long[sequences.ids().length];
        int at = 0;
        int row = 0;
        for (long length : sequences.lengths()) {
            row += count();
            for (int i = 0; i < length; i++) {
                own[at++] = row++;
            }
        }
        return rows.select(0, Tensors.of(own, rows.device(), own.length));
    }
}
