package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.HostTeam;
import java.util.Arrays;

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

    private final HostTeam team;
    private final HostRuns runs;
    private HostProducts[] products = {};
    private long between;
    private int betweenStep;
    private int threads = 1;
    private HostPlace place;
    private int tokens;
    private long x;
    private long y;
    private boolean adding;

    HostProduct(HostPlace any, HostTeam team, HostRuns runs) {
        this.place = any;
        this.team = team;
        this.runs = runs;
    }

    /** Sets where products with first factors lie, {@code [tokens, step]}, from an address on. */
    void use(long memory, int step) {
        between = memory;
        betweenStep = step;
    }

    /** For how many threads a number of tokens and of weights is work. */
    static int threads(int tokens, long weights) {
        return (tokens + READING) * weights < WORTH_WAKING ? 1 : Engine.threads();
    }

    /** Says how many threads there will be. */
    void ready(int many) {
        threads = many;
        int there = products.length;
        if (there < many) {
            products = Arrays.copyOf(products, many);
            for (int i = there; i < many; i++) {
                products[i] = new HostProducts();
            }
        }
    }

    HostProducts products(int thread) {
        return products[thread];
    }

    /**
     * Computes it, with rows that lie side by side.
     *
     * @param input address of {@code [count, in]}
     * @param output address of {@code [count, outs]}
     * @param adding to what is there
     */
    void compute(HostPlace where, int count, long input, long output, boolean toThere) {
        place = where;
        tokens = count;
        x = input;
        y = output;
        adding = toThere;
        ready(threads(count, where.weights()));
        team.run(threads, this);
    }

    @Override
    public int phases() {
        return 2;
    }

    @Override
    public int tasks(int phase) {
        return phase == 0 ? tasks(place) : parts(place);
    }

    @Override
    public void compute(int thread, int phase, int task) {
        if (phase == 0) {
            multiply(thread, place, task, tokens, x, y, adding);
        } else {
            expand(thread, place, task, y);
        }
    }

    /** Tasks of {@link #multiply}. */
    int tasks(HostPlace where) {
        return slices() + parts(where);
    }

    private int slices() {
        return threads == 1 ? 1 : SLICES * threads;
    }

    /** A slice of the weights, or the first factors of a part. */
    void multiply(int thread, HostPlace where, int task, int count, long input, long output, boolean toThere) {
        int slices = slices();
        if (task < slices) {
            base(products[thread], where, task, slices, count, input, output, toThere ? 1 : 0);
        } else {
            shrink(products[thread], where, task - slices, input);
        }
    }

    private int parts(HostPlace where) {
        return where.group() < 0 ? 0 : runs.count();
    }

    private static void base(
            HostProducts own, HostPlace where, int slice, int slices, int count, long from, long to, float kept) {
        int outs = where.outs();
        int in = where.in();
        int first = cut(outs, slice, slices);
        int rows = cut(outs, slice + 1, slices) - first;
        if (rows > 0) {
            long matrix = at(where.matrix(), (long) first * in);
            own.turned(count, in, rows, from, in, matrix, in, kept, at(to, first), outs);
        }
    }

    private static int cut(int outs, int slice, int slices) {
        return slice == slices ? outs : (int) ((long) outs * slice / slices / ROWS * ROWS);
    }

    private void shrink(HostProducts own, HostPlace where, int part, long input) {
        var piece = runs.piece(part);
        int ranks = piece == null ? 0 : piece.rank() * Long.bitCount(number(piece, where, 2));
        if (piece != null && ranks > 0) {
            int in = where.in();
            long first = at(runs.base(part), number(piece, where, 0));
            long start = runs.start(part);
            own.turned(
                    runs.length(part),
                    in,
                    ranks,
                    at(input, start * in),
                    in,
                    first,
                    in,
                    0,
                    at(between, start * betweenStep),
                    betweenStep);
        }
    }

    /** Adds the second factors' products for the tokens of a part, once the first ones are there. */
    void expand(int thread, HostPlace where, int part, long output) {
        var piece = runs.piece(part);
        if (piece == null) {
            return;
        }
        var own = products[thread];
        int rank = piece.rank();
        long layers = number(piece, where, 2);
        int outs = where.outs();
        int column = 0;
        int nth = 0;
        long second = number(piece, where, 1);
        for (int layer = 0; layer < where.widths().length; layer++) {
            int width = where.widths()[layer];
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
                        at(output, start * outs + column),
                        outs);
                nth++;
                second += (long) rank * width;
            }
            column += width;
        }
    }

    private static long number(Piece piece, HostPlace where, int which) {
        return piece.groups()[where.group() * Piece.NUMBERS + which];
    }

    private static long at(long address, long elements) {
        return address + elements * Float.BYTES;
    }
}
