package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The low-rank updates of a batch whose tokens belong to different adapters. The matrices of an adapter are in the order of
 * the model's {@link CausalModel#groups}: the first factor of a group, then the second one of each of its layers.
 *
 * @param lanes tokens that are updated in one product for all their adapters, or null
 * @param runs tokens of one adapter each
 */
public record RankUpdates(@Nullable Lanes lanes, List<Run> runs) {
    /**
     * As many tokens of each of several rows, every row with an adapter of its own.
     *
     * @param start the first token
     * @param each tokens of a row
     * @param views {@code [rows, in, ranks]} and {@code [rows, ranks, out]}
     */
    public record Lanes(int start, int rows, int each, TensorList views) {
        public long[] place() {
            return new long[] {start, rows, each};
        }
    }

    /**
     * Tokens of one adapter.
     *
     * @param views {@code [in, ranks]} and {@code [ranks, out]}, where they are asked for; told from others by identity
     * @param piece the memory that they are views of
     */
    public record Run(int start, int count, Supplier<TensorList> views, Piece piece) {}

    /**
     * The one piece of memory in which the matrices of an adapter lie. It is told from others by identity.
     *
     * @param values {@code [width]}, in the model's type
     * @param groups {@link #NUMBERS} of every group: where its first factor begins, where the second ones do, which follow one
     *     another, and one bit for every layer that has any
     * @param rank of every layer
     */
    public record Piece(Tensor values, long[] groups, int rank) {
        public static final int NUMBERS = 3;
    }
}
