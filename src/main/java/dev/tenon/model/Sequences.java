package dev.tenon.model;

import java.util.Arrays;
import java.util.List;

/**
 * Token sequences laid end to end without padding. A token sees only tokens of its own sequence, in a decoder only
 * earlier ones.
 *
 * @param ids all tokens, {@code [tokens]}
 * @param lengths tokens of each sequence; they add up to {@code ids.length}
 */
public record Sequences(long[] ids, long[] lengths) {
    public Sequences {
        if (Arrays.stream(lengths).sum() != ids.length || Arrays.stream(lengths).anyMatch(l -> l < 1)) {
            throw new IllegalArgumentException(
                    "Lengths %s do not describe %d tokens".formatted(Arrays.toString(lengths), ids.length));
        }
    }

    /** Packs rows of any lengths. */
    public static Sequences of(List<long[]> rows) {
        return new Sequences(
                rows.stream().flatMapToLong(Arrays::stream).toArray(),
                rows.stream().mapToLong(row -> row.length).toArray());
    }

    /** The place of every sequence's first token. */
    public long[] starts() {
        var starts = new long[lengths.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }
        return starts;
    }

    /** The position of every token in its own sequence. */
    public long[] positions() {
        return positions(lengths, 0);
    }

    /** Positions of the tokens of sequences of these lengths, counted from {@code first} in each. */
    public static long[] positions(long[] lengths, int first) {
        var positions = new long[(int) Arrays.stream(lengths).sum()];
        int at = 0;
        for (long length : lengths) {
            for (int i = 0; i < length; i++) {
                positions[at++] = first + i;
            }
        }
        return positions;
    }
}
