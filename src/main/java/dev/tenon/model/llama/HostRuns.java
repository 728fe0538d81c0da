package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.RankUpdates.Run;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens of a step by adapter, in parts that threads take in turn, and where the adapters lie. For one thread. */
final class HostRuns {
    /** Tokens of a part at least, where an adapter has as many: each part reads the adapter again. */
    private static final int FEWEST = 4;

    private int count;
    private boolean some;
    private int[] starts = new int[0];
    private int[] lengths = new int[0];
    private @Nullable Piece[] pieces = new @Nullable Piece[0];
    private long[] bases = new long[0];
    private boolean[] marked = new boolean[0];

    /** Cuts the runs for so many threads. The tensors of the pieces must live until the step is done. */
    void seat(List<Run> runs, int threads) {
        count = 0;
        some = !runs.isEmpty();
        for (Run run : runs) {
            int each = Math.max(FEWEST, Math.ceilDiv(run.count(), threads));
            for (int at = 0; at < run.count(); at += each) {
                add(run.start() + at, Math.min(each, run.count() - at), run.piece());
            }
        }
    }

    /** Adds parts for those of a step's tokens that have no adapter, so that every token is in one. */
    void cover(int tokens, int threads) {
        if (marked.length < tokens) {
            marked = new boolean[Math.max(tokens, 2 * marked.length)];
        }
        Arrays.fill(marked, 0, tokens, false);
        for (int part = 0; part < count; part++) {
            Arrays.fill(marked, starts[part], starts[part] + lengths[part], true);
        }
        int each = Math.max(FEWEST, Math.ceilDiv(tokens, threads));
        for (int at = 0; at < tokens; ) {
            int end = at;
            while (end < tokens && !marked[end] && end < at + each) {
                end++;
            }
            if (end > at) {
                add(at, end - at, null);
            }
            at = Math.max(end, at + 1);
        }
    }

    private void add(int start, int length, @Nullable Piece piece) {
        if (count == starts.length) {
            int roomy = 2 * count + 16;
            starts = Arrays.copyOf(starts, roomy);
            lengths = Arrays.copyOf(lengths, roomy);
            pieces = Arrays.copyOf(pieces, roomy);
            bases = Arrays.copyOf(bases, roomy);
        }
        starts[count] = start;
        lengths[count] = length;
        if (pieces[count] != piece) {
            bases[count] = piece == null ? 0 : piece.values().address();
            pieces[count] = piece;
        }
        count++;
    }

    /** Whether any token has an adapter. */
    boolean areSome() {
        return some;
    }

    int count() {
        return count;
    }

    int start(int part) {
        return starts[part];
    }

    int length(int part) {
        return lengths[part];
    }

    /** Null where the tokens have no adapter. */
    @Nullable
    Piece piece(int part) {
        return pieces[part];
    }

    /** The address of the adapter's values. */
    long base(int part) {
        return bases[part];
    }
}
