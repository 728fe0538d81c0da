package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Embeddings that stand before sequences, and the way back to the sequences' own tokens. */
public record VirtualTokens(List<Group> groups) {
    /** Sequences of these lengths, before each of which stand the same embeddings {@code [count, hidden]}, or none. */
    public record Group(@Nullable Tensor embeddings, long[] lengths) {
        /** How many stand before each sequence. */
        private int count() {
            return embeddings == null ? 0 : (int) embeddings.size(0);
        }

        /** Tokens of each sequence, the virtual ones among them. */
        public long[] allLengths() {
            return Arrays.stream(lengths).map(length -> length + count()).toArray();
        }
    }

    public VirtualTokens {
        groups = List.copyOf(groups);
    }

    public VirtualTokens(Tensor embeddings, Sequences sequences) {
        this(List.of(new Group(embeddings, sequences.lengths())));
    }

    /** Tokens of each sequence, the virtual ones among them. */
    public long[] lengths() {
        return groups.stream()
                .flatMapToLong(group -> Arrays.stream(group.allLengths()))
                .toArray();
    }

    /** Tokens of each group, the virtual ones among them. */
    public int[] tokens() {
        return groups.stream()
                .mapToInt(group -> (int) Arrays.stream(group.allLengths()).sum())
                .toArray();
    }

    /** Puts them before the embedded words {@code [tokens, hidden]} of every sequence. */
    public Tensor before(Tensor words) {
        var table = new ArrayList<Tensor>();
        table.add(words);
        var order = new long[Arrays.stream(tokens()).sum()];
        int at = 0;
        int word = 0;
        int virtual = (int) words.size(0);
        for (Group group : groups) {
            for (long length : group.lengths()) {
                for (int i = 0; i < group.count(); i++) {
                    order[at++] = virtual + i;
                }
                for (int i = 0; i < length; i++) {
                    order[at++] = word++;
                }
            }
            if (group.embeddings() != null) {
                table.add(group.embeddings().to(words.dtype()));
                virtual += group.count();
            }
        }
        return Tensor.cat(table, 0).select(0, Tensors.of(order, words.device(), order.length));
    }

    /** The rows of the sequences' own tokens. */
    public Tensor without(Tensor rows) {
        var own = LongStream.builder();
        long row = 0;
        for (Group group : groups) {
            for (long length : group.lengths()) {
                row += group.count();
                for (int i = 0; i < length; i++) {
                    own.add(row++);
                }
            }
        }
        long[] places = own.build().toArray();
        return rows.select(0, Tensors.of(places, rows.device(), places.length));
    }
}
