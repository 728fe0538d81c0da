package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.HostTeam;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The product of a step's tokens with the weights of a {@link HostPlace}, and what adapters add to it, {@code y = x Wᵀ + (x
 * Aᵀ) B} with an A and a B for each run of tokens: the threads share the weights' rows and the runs, so
 * that adapters cost no meeting of threads of their own. For one thread, which calls the others.
 */
final class HostProduct implements HostTeam.Work {
    /** Below so many multiplications, with five for every weight that must be read, one thread is done before others wake. */
    private static final long WORTH_WAKING = 1 << 20;

    private static final int READING = 5;

    /** Slices of the weights begin at multiples of so many rows. */
    private static final int ROWS = 16;

    /** Slices of the weights for each thread. */
    private static final int SLICES = 2;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final HostTeam team = new HostTeam();
    private HostProducts[] products = {new HostProducts()};
    private final HostRuns runs;
    private long between;
    private int betweenStep;
    private HostPlace place;
    private int tokens;
    private long x;
    private long y;
    private float kept;

    HostProduct(HostPlace any, HostRuns runs) {
        this.place = any;
        this.runs = runs;
    }

    /** Sets where products with first factors lie, {@code [tokens, step]}, from an address on. */
    void use(long memory, int step) {
        between = memory;
        betweenStep = step;
    }

    /**
     * Computes it, with rows that lie side by side.
     *
     * @param input address of {@code [count, in]}
     * @param output address of {@code [count, outs]}
     * @param adding to what is there
     */
    void compute(HostPlace where, int count, long input, long output, boolean adding) {
        place = where;
        tokens = count;
        x = input;
        y = output;
        kept = adding ? 1 : 0;
        begun.set(0);
        finished.set(0);
        int outs = where.outs();
        int threads = (count + READING) * (long) where.in() * outs < WORTH_WAKING ? 1 : Engine.threads();
        if (products.length < threads) {
            products = new HostProducts[threads];
            for (int i = 0; i < threads; i++) {
                products[i] = new HostProducts();
            }
        }
        team.run(threads, this);
    }

    /** Threads take what is to be done in turn: one that is called late is not waited for more than it must. */
    @Override
    public void begin(int thread, int threads) {
        var own = products[thread];
        int slices = threads == 1 ? 1 : SLICES * threads;
        int all = slices + parts();
        for (int task = begun.getAndIncrement(); task < all; task = begun.getAndIncrement()) {
            if (task < slices) {
                base(own, task, slices);
            } else {
                shrink(own, task - slices);
            }
        }
    }

    @Override
    public void finish(int thread, int threads) {
        int all = parts();
        for (int part = finished.getAndIncrement(); part < all; part = finished.getAndIncrement()) {
            expand(products[thread], part);
        }
    }

    private int parts() {
        return place.group() < 0 ? 0 : runs.count();
    }

    private void base(HostProducts own, int slice, int slices) {
        int outs = place.outs();
        int in = place.in();
        int from = cut(outs, slice, slices);
        int rows = cut(outs, slice + 1, slices) - from;
        if (rows > 0) {
            own.turned(tokens, in, rows, x, in, at(place.matrix(), (long) from * in), in, kept, at(y, from), outs);
        }
    }

    private static int cut(int outs, int slice, int slices) {
        return slice == slices ? outs : (int) ((long) outs * slice / slices / ROWS * ROWS);
    }

    private void shrink(HostProducts own, int part) {
        var piece = runs.piece(part);
        int ranks = piece.rank() * Long.bitCount(number(piece, 2));
        if (ranks > 0) {
            int in = place.in();
            long first = at(runs.base(part), number(piece, 0));
            long start = runs.start(part);
            own.turned(
                    runs.length(part),
                    in,
                    ranks,
                    at(x, start * in),
                    in,
                    first,
                    in,
                    0,
                    at(between, start * betweenStep),
                    betweenStep);
        }
    }

    private void expand(HostProducts own, int part) {
        var piece = runs.piece(part);
        int rank = piece.rank();
        long layers = number(piece, 2);
        int outs = place.outs();
        int column = 0;
        int nth = 0;
        long second = number(piece, 1);
        for (int layer = 0; layer < place.widths().length; layer++) {
            int width = place.widths()[layer];
            if ((layers >> layer & 1) != 0) {
                long start = runs.start(part);
                own.plain(
                        runs.length(part),
                        rank,
                        width,
                        at(between, start * betweenStep + (long) nth * rank),
                        betweenStep,
                        at(runs.base(part), second),
                        width,
                        1,
                        at(y, start * outs + column),
                        outs);
                nth++;
                second += (long) rank * width;
            }
            column += width;
        }
    }

    private long number(Piece piece, int which) {
        return piece.groups()[place.group() * Piece.NUMBERS + which];
    }

    private static long at(long address, long elements) {
        return address + elements * Float.BYTES;
    }
}
