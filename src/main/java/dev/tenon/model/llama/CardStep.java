package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates;
import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Steps on a CUDA card whose matrix products are libtorch's and all between them kernels of our own, for the next tokens of
 * answers and for tokens of prompts alike. Steps of few tokens are recorded: one recording serves all adapters, whose
 * addresses are among what changes from step to step; tokens, pages and ranks are brought to few sizes. Larger ones need no
 * recording, since the card takes longer than the host.
 */
final class CardStep implements AutoCloseable {
    /** The most tokens of a step, and of one whose tokens are each by themselves: they read all they need alone. */
    private static final int MOST = 8192;

    private static final int MOST_ALONE = 1024;

    /** More are not recorded. */
    private static final int MOST_RECORDED = 1024;

    private static final int SMALLEST_HEAD = 16;
    private static final int LARGEST_HEAD = 256;
    private static final int WIDEST = 8192;

    private static final int MOST_RANKS = 256;

    /** Smaller sizes would only be more recordings. */
    private static final int FEWEST_RANKS = 8;

    private static final int FEWEST_PAGES = 4;
    private static final int FEWEST_TILES = 8;
    private static final int FEW = 64;

    /** From so many tokens on there is work enough for blocks of several. */
    private static final int MANY = 64;

    /** Columns that a thread works on. */
    private static final int COLUMNS = 8;

    /**
     * How a step's tokens are parted for blocks.
     *
     * @param together whether tiles have several tokens, for kernels that take such; without, each token is by itself
     */
    record Tiling(int count, boolean together) {
        /** Brought to few sizes: at least as many as there would be if all were full, and some that are not. */
        private Tiling rough(int tokens) {
            int full = tokens / CardTile.MOST;
            return together ? new Tiling(full + Math.max(FEWEST_TILES, ceiling(count - full)), true) : this;
        }
    }

    /**
     * What steps of one recording have in common.
     *
     * @param wanted tokens whose logits are wanted
     * @param pages of each row
     * @param ranks the most of a layer, 0 without adapters
     * @param ofAdapters tiles of one adapter or none, for all but attention
     * @param ofRows tiles of one row, for attention
     * @param same whether these are the same
     */
    record Kind(int tokens, int wanted, int pages, int ranks, Tiling ofAdapters, Tiling ofRows, boolean same) {
        /** Where the adapters of tiles of one row begin in the table; those of the others come first. */
        int seatOfRows() {
            return same ? 0 : ofAdapters.count();
        }

        /** The same brought to few sizes. */
        private Kind rough() {
            return new Kind(
                    tokens,
                    Math.min(tokens, Math.ceilDiv(wanted, FEW) * FEW),
                    Math.max(FEWEST_PAGES, ceiling(pages)),
                    ranks == 0 ? 0 : Math.max(FEWEST_RANKS, ceiling(ranks)),
                    ofAdapters.rough(tokens),
                    ofRows.rough(tokens),
                    same);
        }

        /** At most a quarter more than are needed, from 16 on. */
        static int tokens(int needed) {
            return needed == 1 ? 1 : StepRecordings.width(needed);
        }
    }

    /** The next power of two. */
    private static int ceiling(int number) {
        return number < 2 ? number : 2 * Integer.highestOneBit(number - 1);
    }

    private final StepFrame frame;
    private final CardKernels alone;
    private final @Nullable CardKernels together;
    private final RankTable table;
    private final StepRecordings recordings;

    private CardStep(StepFrame frame, CardKernels alone, @Nullable CardKernels together) {
        this.frame = frame;
        this.alone = alone;
        this.together = together;
        this.table = new RankTable(StepOrder.GROUPS * frame.config().layers(), frame.type(), frame.device());
        this.recordings = new StepRecordings(frame.device(), 1);
    }

    /** Null where the kernels cannot be had or do not know the model's shape. */
    static @Nullable CardStep of(StepFrame frame) {
        var config = frame.config();
        int size = config.headSize();
        boolean known = Integer.bitCount(size) == 1
                && size >= SMALLEST_HEAD
                && size <= LARGEST_HEAD
                && config.hidden() <= WIDEST
                && config.hidden() % COLUMNS == 0
                && config.intermediate() % COLUMNS == 0;
        if (!known) {
            return null;
        }
        var alone = CardKernels.Rows.of(config, frame.type(), frame.device());
        return alone == null
                ? null
                : new CardStep(frame, alone, CardKernels.Tiles.of(config, frame.type(), frame.device()));
    }

    /** The most tokens that it takes. */
    int most() {
        return together == null ? MOST_ALONE : MOST;
    }

    /** Whether it is a step of not too many tokens with an adapter each at most. */
    boolean takes(StepPlan plan, RankUpdates updates) {
        return plan.ids().length <= most()
                && updates.lanes() == null
                && updates.runs().stream().allMatch(run -> run.piece().rank() <= MOST_RANKS);
    }

    /** The wanted logits, like {@link WholeStep#logits}; null where it cannot be computed this way. */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates) {
        int needed = plan.ids().length;
        boolean recorded = needed <= MOST_RECORDED;
        int tokens = recorded ? Kind.tokens(needed) : needed;
        var adapters = adapters(updates.runs(), tokens);
        var ofAdapters = tiles(tokens, most -> CardTile.ofAdapters(adapters, most));
        var ofRows = tiles(tokens, most -> CardTile.ofRows(plan, tokens, most));
        if (ofAdapters.size() + ofRows.size() > RankTable.MOST) {
            return null;
        }
        var kind = new Kind(
                tokens,
                plan.lasts().length,
                CardNumbers.mostPages(plan),
                mostRanks(adapters),
                new Tiling(ofAdapters.size(), ofAdapters.size() < tokens),
                new Tiling(ofRows.size(), ofRows.size() < tokens),
                ofAdapters.equals(ofRows));
        var numbers = new CardNumbers(recorded ? kind.rough() : kind);
        if (kind.ranks() > 0) {
            seat(adapters, ofAdapters, ofRows, numbers.kind());
        }
        long[] values = numbers.of(plan, ofAdapters, ofRows);
        if (!recorded) {
            return pass(numbers, Tensors.of(values, frame.device(), values.length), plan);
        }
        Tensor all = recordings.play(plan.cache(), numbers.kind(), values, placed -> pass(numbers, placed, plan));
        return all == null ? null : Kernels.infer("copied", all.slice(0, 0, plan.lasts().length));
    }

    private static int mostRanks(@Nullable Piece[] adapters) {
        return Arrays.stream(adapters)
                .filter(Objects::nonNull)
                .mapToInt(Piece::rank)
                .max()
                .orElse(0);
    }

    /** Tiles of several tokens where that is worth it, else of one each. */
    private List<CardTile> tiles(int tokens, IntFunction<List<CardTile>> cut) {
        if (together == null || tokens < MANY) {
            return cut.apply(1);
        }
        var tiles = cut.apply(CardTile.MOST);
        return 2 * tiles.size() <= tokens ? tiles : cut.apply(1);
    }

    private void seat(@Nullable Piece[] adapters, List<CardTile> ofAdapters, List<CardTile> ofRows, Kind kind) {
        var seated = new @Nullable Piece[kind.seatOfRows() + kind.ofRows().count()];
        lay(adapters, ofAdapters, seated, 0);
        lay(adapters, ofRows, seated, kind.seatOfRows());
        table.seat(seated);
    }

    private static void lay(@Nullable Piece[] adapters, List<CardTile> tiles, @Nullable Piece[] seated, int at) {
        for (int tile = 0; tile < tiles.size(); tile++) {
            seated[at + tile] = adapters[tiles.get(tile).first()];
        }
    }

    private Tensor pass(CardNumbers numbers, Tensor placed, StepPlan plan) {
        var kind = numbers.kind();
        return new CardPass(
                        frame, kernels(kind.ofAdapters()), kernels(kind.ofRows()), table, numbers, placed, plan.cache())
                .logits();
    }

    private CardKernels kernels(Tiling tiling) {
        return tiling.together() ? Objects.requireNonNull(together) : alone;
    }

    /** Of every token; those of no run have none. */
    private static @Nullable Piece[] adapters(List<RankUpdates.Run> runs, int tokens) {
        var adapters = new @Nullable Piece[tokens];
        for (var run : runs) {
            Arrays.fill(adapters, run.start(), run.start() + run.count(), run.piece());
        }
        return adapters;
    }

    @Override
    public void close() {
        recordings.close();
        table.close();
    }
}
