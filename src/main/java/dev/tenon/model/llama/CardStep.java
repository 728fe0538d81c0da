package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Steps of one new token a row on a CUDA card: the matrix products are libtorch's, all between them is {@code
 * kernels/cuda/decode.cu}, and the whole is recorded. One recording serves all adapters, since their addresses are among
 * the numbers of a step; rows, pages and ranks are brought to few sizes.
 */
final class CardStep implements AutoCloseable {
    /** Query heads that a block computes together share what it reads; more of them would need too many registers. */
    private static final int MOST_TOGETHER = 4;

    private static final int SMALLEST_HEAD = 16;
    private static final int LARGEST_HEAD = 256;
    private static final int WIDEST = 8192;

    private static final int MOST_RANKS = 256;

    /** Smaller sizes would only be more recordings. */
    private static final int FEWEST_RANKS = 8;

    private static final int FEWEST_PAGES = 4;

    /** Columns that a thread works on. */
    private static final int COLUMNS = 8;

    /** What steps of one recording have in common: rows, pages a row, and the most ranks of a layer, 0 without adapters. */
    record Kind(int rows, int pages, int ranks) {
        static Kind of(StepPlan plan, RankUpdates updates) {
            int ranks = updates.runs().stream()
                    .mapToInt(run -> run.piece().rank())
                    .max()
                    .orElse(0);
            int room = ranks == 0 ? 0 : Math.max(FEWEST_RANKS, ceiling(ranks));
            return new Kind(rows(plan.singles()), Math.max(FEWEST_PAGES, ceiling(plan.width())), room);
        }

        /** At most a quarter more than are needed, from sixteen rows on. */
        private static int rows(int needed) {
            return needed == 1 ? 1 : StepRecordings.width(needed);
        }

        /** The next power of two. */
        private static int ceiling(int number) {
            return number < 2 ? number : 2 * Integer.highestOneBit(number - 1);
        }
    }

    /** What a step needs of the model. */
    record Frame(DecoderConfig config, TensorList weights, Tensor frequencies, Device device, DType type) {}

    private final Frame frame;
    private final CudaProgram program;
    private final RankTable table;
    private final StepRecordings recordings;

    private CardStep(Frame frame, CudaProgram program) {
        this.frame = frame;
        this.program = program;
        this.table = new RankTable(CardPass.GROUPS * frame.config().layers(), frame.type(), frame.device());
        this.recordings = new StepRecordings(frame.device(), 1);
    }

    /** Null where the kernels cannot be had or do not know the model's shape. */
    static @Nullable CardStep of(Frame frame) {
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
        var program = CudaProgram.load(
                "decode",
                frame.type(),
                frame.device(),
                Map.of("WIDTH", config.hidden(), "SIZE", size, "GROUP", together(config)));
        return program == null ? null : new CardStep(frame, program);
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

    /** Whether all rows have one new token, and an adapter at most. */
    boolean takes(StepPlan plan, RankUpdates updates) {
        return plan.singles() == plan.ids().length
                && plan.singles() <= RankTable.ROWS
                && updates.lanes() == null
                && updates.runs().stream().allMatch(run -> run.piece().rank() <= MOST_RANKS);
    }

    /** The wanted logits, like {@link WholeStep#logits}; null where nothing can be recorded. */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates) {
        var kind = Kind.of(plan, updates);
        if (kind.ranks() > 0) {
            table.seat(updates.runs(), kind.rows());
        }
        Tensor all =
                recordings.play(plan.cache(), kind, numbers(plan, kind), placed -> pass(kind, placed, plan.cache()));
        if (all == null) {
            return null;
        }
        long[] wanted = plan.lasts();
        boolean asTheyAre = IntStream.range(0, wanted.length).allMatch(i -> wanted[i] == i);
        return asTheyAre
                ? Kernels.infer("copied", all.slice(0, 0, wanted.length))
                : all.select(0, Tensors.of(wanted, frame.device(), wanted.length));
    }

    private Tensor pass(Kind kind, Tensor numbers, KvCache cache) {
        return new CardPass(frame, program, table, kind, numbers, cache).logits();
    }

    /** Ids, positions, slots and tables; a row too many has a token in page 0, which is no row's. */
    private static long[] numbers(StepPlan plan, Kind kind) {
        int rows = kind.rows();
        int pages = kind.pages();
        var numbers = new long[rows * (3 + pages)];
        System.arraycopy(plan.ids(), 0, numbers, 0, plan.singles());
        System.arraycopy(plan.positions(), 0, numbers, rows, plan.singles());
        System.arraycopy(plan.slots(), 0, numbers, 2 * rows, plan.singles());
        for (int row = 0; row < plan.singles(); row++) {
            System.arraycopy(plan.tables(), row * plan.width(), numbers, 3 * rows + row * pages, plan.width());
        }
        return numbers;
    }

    @Override
    public void close() {
        recordings.close();
        table.close();
    }
}
