package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Steps of few tokens on a CUDA card, each of which attends to its row's pages by itself, be it the next of an answer or one
 * of a prompt: the matrix products are libtorch's, all between them is {@code kernels/cuda/decode.cu}, and the whole is
 * recorded. One recording serves all adapters, whose addresses are among what changes from step to step; tokens, pages and
 * ranks are brought to few sizes.
 */
final class CardStep implements AutoCloseable {
    /**
     * The most tokens. Beyond, a token that reads its adapter and its row's pages alone costs more than the launches of a step
     * in which a prompt's tokens share them.
     */
    static final int MOST = 1024;

    /** Query heads that a block computes together share what it reads; more of them would need too many registers. */
    private static final int MOST_TOGETHER = 4;

    private static final int SMALLEST_HEAD = 16;
    private static final int LARGEST_HEAD = 256;
    private static final int WIDEST = 8192;

    private static final int MOST_RANKS = 256;

    /** Smaller sizes would only be more recordings. */
    private static final int FEWEST_RANKS = 8;

    private static final int FEWEST_PAGES = 4;
    private static final int FEW = 64;

    /** Rows of one adapter that a block of the kernels for it works on together. */
    private static final int ROWS = 4;

    /** From so many tokens on there is work enough for such blocks. */
    private static final int MANY = 64;

    /** Bytes that such a block has for the hidden states of its rows. */
    private static final int SHARED = 32 << 10;

    /** Columns that a thread works on. */
    private static final int COLUMNS = 8;

    /**
     * What steps of one recording have in common.
     *
     * @param wanted tokens whose logits are wanted
     * @param pages of each row
     * @param ranks the most of a layer, 0 without adapters
     * @param rows that a block works on
     */
    record Kind(int tokens, int wanted, int pages, int ranks, int rows) {
        static Kind of(StepPlan plan, @Nullable Piece[] adapters, boolean together) {
            int ranks = Arrays.stream(adapters)
                    .filter(Objects::nonNull)
                    .mapToInt(Piece::rank)
                    .max()
                    .orElse(0);
            int wanted = Math.min(adapters.length, Math.ceilDiv(plan.lasts().length, FEW) * FEW);
            int pages = Math.max(FEWEST_PAGES, ceiling(CardNumbers.mostPages(plan)));
            int rows = together && adapters.length >= MANY && areAlike(adapters) ? ROWS : 1;
            return new Kind(
                    adapters.length, wanted, pages, ranks == 0 ? 0 : Math.max(FEWEST_RANKS, ceiling(ranks)), rows);
        }

        /** At most a quarter more than are needed, from 16 on. */
        static int tokens(int needed) {
            return needed == 1 ? 1 : StepRecordings.width(needed);
        }

        /** Whether most tokens that have an adapter would be in a block whose tokens all have the same. */
        private static boolean areAlike(@Nullable Piece[] adapters) {
            int alike = 0;
            int any = 0;
            for (int first = 0; first < adapters.length; first += ROWS) {
                var block = Arrays.copyOfRange(adapters, first, Math.min(adapters.length, first + ROWS));
                any += (int) Arrays.stream(block).filter(Objects::nonNull).count();
                boolean same = block[0] != null && Arrays.stream(block).allMatch(adapter -> adapter == block[0]);
                alike += same ? block.length : 0;
            }
            return any > 0 && 2 * alike >= any;
        }

        /** The next power of two. */
        private static int ceiling(int number) {
            return number < 2 ? number : 2 * Integer.highestOneBit(number - 1);
        }
    }

    private final StepFrame frame;
    private final CudaProgram alone;
    private final @Nullable CudaProgram together;
    private final RankTable table;
    private final StepRecordings recordings;

    private CardStep(StepFrame frame, CudaProgram alone, @Nullable CudaProgram together) {
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
        var alone = program(frame, 1);
        boolean fits = ROWS * config.hidden() * frame.type().bytes() <= SHARED;
        return alone == null ? null : new CardStep(frame, alone, fits ? program(frame, ROWS) : null);
    }

    private static @Nullable CudaProgram program(StepFrame frame, int rows) {
        var config = frame.config();
        var numbers =
                Map.of("WIDTH", config.hidden(), "SIZE", config.headSize(), "GROUP", together(config), "ROWS", rows);
        return CudaProgram.load("decode", frame.type(), frame.device(), numbers);
    }

    /** Query heads of one key head that are computed together. */
    static int together(DecoderConfig config) {
        int heads = config.heads() / config.keyValueHeads();
        int together = Math.min(MOST_TOGETHER, heads);
        while (heads % together != 0) {
            together--;
        }
        return together;
    }

    /** Whether it is a step of few tokens with an adapter each at most. */
    boolean takes(StepPlan plan, RankUpdates updates) {
        return plan.ids().length <= MOST
                && updates.lanes() == null
                && updates.runs().stream().allMatch(run -> run.piece().rank() <= MOST_RANKS);
    }

    /** The wanted logits, like {@link WholeStep#logits}; null where nothing can be recorded. */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates) {
        var adapters = adapters(updates.runs(), Kind.tokens(plan.ids().length));
        var kind = Kind.of(plan, adapters, together != null);
        var program = kind.rows() > 1 && together != null ? together : alone;
        if (kind.ranks() > 0) {
            table.seat(adapters);
        }
        var numbers = new CardNumbers(kind);
        Tensor all = recordings.play(
                plan.cache(),
                kind,
                numbers.of(plan),
                placed -> new CardPass(frame, program, table, numbers, placed, plan.cache()).logits());
        return all == null ? null : Kernels.infer("copied", all.slice(0, 0, plan.lasts().length));
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
