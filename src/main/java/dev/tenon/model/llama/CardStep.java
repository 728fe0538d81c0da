package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import java.util.Map;
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

    /** Columns that a thread works on. */
    private static final int COLUMNS = 8;

    /**
     * What steps of one recording have in common.
     *
     * @param wanted tokens whose logits are wanted
     * @param pages of each row
     * @param ranks the most of a layer, 0 without adapters
     */
    record Kind(int tokens, int wanted, int pages, int ranks) {
        static Kind of(StepPlan plan, RankUpdates updates) {
            int ranks = updates.runs().stream()
                    .mapToInt(run -> run.piece().rank())
                    .max()
                    .orElse(0);
            int tokens = tokens(plan.ids().length);
            int wanted = Math.min(tokens, Math.ceilDiv(plan.lasts().length, FEW) * FEW);
            int pages = Math.max(FEWEST_PAGES, ceiling(CardNumbers.mostPages(plan)));
            return new Kind(tokens, wanted, pages, ranks == 0 ? 0 : Math.max(FEWEST_RANKS, ceiling(ranks)));
        }

        /** At most a quarter more than are needed, from 16 on. */
        static int tokens(int needed) {
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

    /** Whether it is a step of few tokens with an adapter each at most. */
    boolean takes(StepPlan plan, RankUpdates updates) {
        return plan.ids().length <= MOST
                && updates.lanes() == null
                && updates.runs().stream().allMatch(run -> run.piece().rank() <= MOST_RANKS);
    }

    /** The wanted logits, like {@link WholeStep#logits}; null where nothing can be recorded. */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates) {
        var kind = Kind.of(plan, updates);
        if (kind.ranks() > 0) {
            table.seat(updates.runs(), kind.tokens());
        }
        var numbers = new CardNumbers(kind);
        Tensor all = recordings.play(
                plan.cache(),
                kind,
                numbers.of(plan),
                placed -> new CardPass(frame, program, table, numbers, placed, plan.cache()).logits());
        return all == null ? null : Kernels.infer("copied", all.slice(0, 0, plan.lasts().length));
    }

    @Override
    public void close() {
        recordings.close();
        table.close();
    }
}
