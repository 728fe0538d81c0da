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
    private int[] starts = new int[0];
    private int[] lengths = new int[0];
    private @Nullable Piece[] pieces = new @Nullable Piece[0];
    private long[] bases = new long[0];

    /** Cuts the runs for so many threads. The tensors of the pieces must live until the step is done. */
    void seat(List<Run> runs, int threads) {
        count = 0;
        for (Run run : runs) {
            int each = Math.max(FEWEST, Math.ceilDiv(run.count(), threads));
            for (int at = 0; at < run.count(); at += each) {
                add(run.start() + at, Math.min(each, run.count() - at), run.piece());
            }
        }
    }

    private void add(int start, int length, Piece piece) {
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
            bases[count] = piece.values().address();
            pieces[count] = piece;
        }
        count++;
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

    Piece piece(int part) {
        var piece = pieces[part];
        if (piece == null) {
            throw new IndexOutOfBoundsException(part);
        }
        return piece;
    }

    /** The address of the adapter's values. */
    long base(int part) {
        return bases[part];
    }
}
