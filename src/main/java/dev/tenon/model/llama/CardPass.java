package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/**
 * One pass of a {@link CardStep} through all layers, for one scope: the memory that lies between the layers, and every
 * launch in its order.
 */
final class CardPass {
    /** Numbers of the kernels': tokens that a block of attention reads, columns that one of the gate works on, threads. */
    private static final int SPLIT = 512;

    private static final int GATED = 256;
    private static final int ATTENDING = 256;
    private static final int THREADS = 128;
    private static final int WARP = 32;

    /** Blocks that fill a card; with more, those that share a row's ranks would only read the same again. */
    private static final int FILLED = 128;

    /** Hidden states of more columns are normalised by blocks of twice as many threads. */
    private static final int WIDE = 2048;

    /** What a thread of rotation works on: eight columns and their partners, with three others. */
    private static final int TURNED = 4;

    private static final long[] NONE = new long[4];

    private final DecoderConfig config;
    private final StepFrame frame;
    private final CudaProgram program;
    private final RankTable table;
    private final CardStep.Kind kind;
    private final List<Tensor> weights;
    private final List<Tensor> cache;
    private Tensor x;
    private Tensor spare;
    private final Tensor wanted;
    private final Tensor cos;
    private final Tensor sin;
    private final long positions;
    private final long slots;
    private final long tables;
    private final Tensor normed;
    private final Tensor seen;
    private final Tensor act;
    private final long whole;
    private final long parted;
    private final int most;
    private final int splits;
    private final Tensor partial;

    CardPass(StepFrame frame, CudaProgram program, RankTable table, CardNumbers numbers, Tensor placed, KvCache cache) {
        this.frame = frame;
        this.config = frame.config();
        this.program = program;
        this.table = table;
        this.kind = numbers.kind();
        this.weights = Kernels.inferList("tensor_list", frame.weights());
        this.cache = Kernels.inferList("tensor_list", cache.layers());
        var begun = Kernels.inferList(
                "decode_begin",
                placed,
                kind.tokens(),
                weights.getFirst(),
                frame.frequencies(),
                config.rotary().magnitude());
        x = begun.getFirst();
        wanted = placed.slice(0, numbers.wanted(), numbers.tables());
        long first = placed.address();
        positions = first + (long) numbers.positions() * Long.BYTES;
        slots = first + (long) numbers.slots() * Long.BYTES;
        tables = first + (long) numbers.tables() * Long.BYTES;
        cos = begun.get(1);
        sin = begun.get(2);
        spare = empty(frame.type(), config.hidden());
        normed = empty(frame.type(), config.hidden());
        seen = empty(frame.type(), (long) config.heads() * config.headSize());
        act = empty(frame.type(), config.intermediate());
        most = StepOrder.LAYERS * Math.max(1, kind.ranks());
        splits = blocks(kind.pages() * KvCache.PAGE, SPLIT);
        int outs = config.heads() * config.headSize();
        partial = empty(DType.F32, splits == 1 ? 1 : (long) splits * (outs + 2 * config.heads()));
        whole = products(1);
        parted = products(Math.max(heads(), gates()));
    }

    /** Blocks of attention, each for some heads, and those of the gate: each leaves a part of a product with a first factor. */
    private int heads() {
        return config.heads() / CardStep.together(config);
    }

    private int gates() {
        return blocks(config.intermediate(), GATED);
    }

    /** Memory for the products of all tokens with first factors, for those too that complete the last block's. */
    private long products(int parts) {
        long tokens = (long) tiles() * kind.rows();
        return Tensors.empty(DType.F32, frame.device(), tokens, (long) parts * most)
                .address();
    }

    /** Blocks that it takes for all rows. */
    private int tiles() {
        return blocks(kind.tokens(), kind.rows());
    }

    private Tensor empty(DType type, long width) {
        return Tensors.empty(type, frame.device(), kind.tokens(), width);
    }

    /** {@code [wanted, vocabulary]}. */
    Tensor logits() {
        for (int layer = 0; layer < config.layers(); layer++) {
            int at = StepOrder.weights(layer);
            int group = StepOrder.GROUPS * layer;
            normalise(
                    left(group - StepOrder.GROUPS + StepOrder.DOWN, gates()),
                    adapters(group + StepOrder.PROJECTIONS),
                    StepOrder.LAYERS,
                    weights.get(at));
            Tensor flat = product(normed, at + 1);
            turn(flat, adapters(group + StepOrder.PROJECTIONS), cache.get(layer));
            attend(flat, left(group + StepOrder.OUTPUT, heads()), layer);
            flat.close();
            add(seen, at + 3);
            normalise(
                    left(group + StepOrder.OUTPUT, heads()),
                    adapters(group + StepOrder.GATING),
                    2,
                    weights.get(at + 5));
            Tensor wide = product(normed, at + 6);
            gate(wide, adapters(group + StepOrder.GATING), left(group + StepOrder.DOWN, gates()));
            wide.close();
            add(act, at + 8);
        }
        normalise(left(StepOrder.GROUPS * (config.layers() - 1) + StepOrder.DOWN, gates()), NONE, 0, weights.get(1));
        return Kernels.infer("product_of", normed, wanted, weights.get(2));
    }

    /** {@code Adapters} of the kernels, for a group whose products with first factors come in one piece. */
    private long[] adapters(int group) {
        return adapters(group, whole, 1);
    }

    /** The same in so many parts. */
    private long[] left(int group, int parts) {
        return adapters(group, parted, parts);
    }

    private long[] adapters(int group, long products, int parts) {
        int groups = StepOrder.GROUPS * config.layers();
        return kind.ranks() == 0 || group < 0
                ? NONE
                : new long[] {
                    table.address(group),
                    products,
                    groups | (long) most << Integer.SIZE,
                    parts | (long) kind.tokens() << Integer.SIZE
                };
    }

    /** With what was left to be added, the residual stream goes from one piece of memory to the other. */
    private void normalise(long[] left, long[] adapters, int layers, Tensor weight) {
        int threads = config.hidden() > WIDE ? 1024 : 512;
        int wanted = blocks(FILLED, tiles());
        int blocks = Math.clamp(blocks(layers * kind.ranks() * WARP, threads), 1, wanted);
        Tensor target = left == NONE ? x : spare;
        launch(
                "normalise",
                blocks,
                threads,
                left,
                adapters,
                x,
                target,
                weight,
                normed,
                (float) config.normEpsilon(),
                kind.tokens());
        spare = target == x ? spare : x;
        x = target;
    }

    private Tensor product(Tensor input, int weight) {
        return Kernels.infer("step_linear", input, weights.get(weight), weights.get(weight + 1));
    }

    /** Adds a product to the residual stream. */
    private void add(Tensor input, int weight) {
        Kernels.infer("add_linear", x, input, weights.get(weight), weights.get(weight + 1));
    }

    private void turn(Tensor flat, long[] left, Tensor pages) {
        launch(
                "turn",
                blocks((int) flat.size(1), TURNED * THREADS),
                THREADS,
                left,
                flat,
                cos,
                sin,
                pages,
                slots,
                config.heads(),
                config.keyValueHeads(),
                kind.tokens());
    }

    private void attend(Tensor flat, long[] adapters, int layer) {
        launchForEach(
                "attend",
                heads() * splits,
                adapters,
                flat,
                cache.get(layer),
                tables,
                positions,
                seen,
                partial,
                config.heads(),
                config.keyValueHeads(),
                kind.pages(),
                config.windows().get(layer),
                splits,
                (float) (1 / Math.sqrt(config.headSize())));
        if (splits > 1) {
            launchForEach("combine", heads(), adapters, partial, seen, config.heads(), splits);
        }
    }

    private void gate(Tensor wide, long[] left, long[] adapters) {
        launch("gate", gates(), THREADS, left, adapters, wide, act, config.intermediate(), kind.tokens());
    }

    /** A kernel whose blocks work on as many rows each as the step's kind says. */
    private void launch(String kernel, int blocks, int threads, Object... arguments) {
        program.launch(frame.device(), kernel, blocks, tiles(), threads, arguments);
    }

    /** A kernel whose blocks work on one row each. */
    private void launchForEach(String kernel, int blocks, Object... arguments) {
        program.launch(frame.device(), kernel, blocks, kind.tokens(), ATTENDING, arguments);
    }

    private static int blocks(int things, int each) {
        return (things + each - 1) / each;
    }
}
