package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One pass of a {@link CardStep} through all layers, for one scope: the memory that lies between the layers, and every
 * launch in its order.
 */
final class CardPass {
    /** Threads of the kernel that divides what is normalised, and columns of each. */
    private static final int DIVIDING = 128;

    private static final int COLUMNS = 8;

    private static final long[] NONE = new long[4];

    private final DecoderConfig config;
    private final StepFrame frame;
    private final CardKernels kernels;
    private final CardKernels attention;
    private final RankTable table;
    private final CardStep.Kind kind;
    private final List<Tensor> weights;
    private final List<Tensor> cache;
    private final Tensor x;
    private final Tensor wanted;
    private final Tensor cos;
    private final Tensor sin;
    private final long positions;
    private final long slots;
    private final long ofAdapters;
    private final long ofRows;
    private final long tables;
    private final Tensor normed;
    private final Tensor seen;
    private final Tensor act;
    private final Tensor squares;
    private final Tensor noBias;
    private final long whole;
    private final long parted;
    private final int splits;
    private final Tensor partial;

    /**
     * @param kernels for tiles of adapters
     * @param attention for those of rows
     */
    CardPass(
            StepFrame frame,
            CardKernels kernels,
            CardKernels attention,
            RankTable table,
            CardNumbers numbers,
            Tensor placed,
            KvCache cache) {
        this.frame = frame;
        this.config = frame.config();
        this.kernels = kernels;
        this.attention = attention;
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
        wanted = placed.slice(0, numbers.wanted(), numbers.ofAdapters());
        long first = placed.address();
        positions = first + (long) numbers.positions() * Long.BYTES;
        slots = first + (long) numbers.slots() * Long.BYTES;
        ofAdapters = first + (long) numbers.ofAdapters() * Long.BYTES;
        ofRows = first + (long) numbers.ofRows() * Long.BYTES;
        tables = first + (long) numbers.tables() * Long.BYTES;
        cos = begun.get(1);
        sin = begun.get(2);
        normed = empty(frame.type(), config.hidden());
        seen = empty(frame.type(), (long) config.heads() * config.headSize());
        act = empty(frame.type(), config.intermediate());
        splits = CardKernels.blocks(kind.pages() * KvCache.PAGE, attention.reach(kind.tokens()));
        int outs = config.heads() * config.headSize();
        partial = empty(DType.F32, splits == 1 ? 1 : (long) splits * (outs + 4 * config.heads()));
        squares = empty(DType.F32, kernels.normaliseBlocks());
        noBias = Tensors.empty(DType.F32, frame.device(), 0);
        whole = products(StepOrder.LAYERS * kernels.normaliseBlocks());
        parted = products(Math.max(attention.attendParts(), kernels.gateBlocks()));
    }

    /** Memory for so many products of all tokens with first factors. */
    private long products(int each) {
        return empty(DType.F32, (long) each * Math.max(1, kind.ranks())).address();
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
                    left(group - StepOrder.GROUPS + StepOrder.DOWN, kernels.gateBlocks()),
                    adapters(group + StepOrder.PROJECTIONS),
                    weights.get(at));
            Tensor flat = product(at + 1);
            turn(flat, adapters(group + StepOrder.PROJECTIONS), normal(at + 2), cache.get(layer));
            attend(flat, left(kind.seatOfRows(), group + StepOrder.OUTPUT, attention.attendParts()), layer);
            flat.close();
            add(seen, at + 3);
            normalise(
                    left(group + StepOrder.OUTPUT, attention.attendParts()),
                    adapters(group + StepOrder.GATING),
                    weights.get(at + 5));
            Tensor wide = product(at + 6);
            gate(
                    wide,
                    adapters(group + StepOrder.GATING),
                    normal(at + 7),
                    left(group + StepOrder.DOWN, kernels.gateBlocks()));
            wide.close();
            add(act, at + 8);
        }
        normalise(
                left(StepOrder.GROUPS * (config.layers() - 1) + StepOrder.DOWN, kernels.gateBlocks()),
                NONE,
                weights.get(1));
        divide();
        return Kernels.infer("product_of", normed, wanted, weights.get(2));
    }

    /** {@code Adapters} of the kernels, for a group of several layers that have a normalised input. */
    private long[] adapters(int group) {
        return adapters(0, group, whole, kernels.normaliseBlocks(), StepOrder.LAYERS * kind.ranks());
    }

    /** The same for a group of one layer, in so many parts. */
    private long[] left(int group, int parts) {
        return left(0, group, parts);
    }

    private long[] left(int seat, int group, int parts) {
        return adapters(seat, group, parted, parts, kind.ranks());
    }

    /** @param seat of the first tile in the table */
    private long[] adapters(int seat, int group, long products, int parts, int most) {
        int groups = StepOrder.GROUPS * config.layers();
        return kind.ranks() == 0 || group < 0
                ? NONE
                : new long[] {table.address(seat, group), products, groups | (long) most << Integer.SIZE, parts};
    }

    /** {@code Normal} of the kernels, with the bias of the product that comes of what is normalised. */
    private long[] normal(int bias) {
        return normal(weights.get(bias));
    }

    private long[] normal(Tensor bias) {
        int epsilon = Float.floatToRawIntBits((float) config.normEpsilon());
        return new long[] {
            squares.address(),
            bias.size(0) == 0 ? 0 : bias.address(),
            kernels.normaliseBlocks() | (long) epsilon << Integer.SIZE
        };
    }

    /** Adds to the residual stream what was left to be added; what comes of it is not divided yet. */
    private void normalise(long[] left, long[] adapters, Tensor weight) {
        launch(
                "normalise",
                kernels.normaliseBlocks(),
                kernels.threads(),
                List.of(left, adapters),
                x,
                weight,
                normed,
                squares);
    }

    private void divide() {
        int blocks = CardKernels.blocks(config.hidden(), COLUMNS * DIVIDING);
        kernels.program().launch(frame.device(), "divide", blocks, kind.tokens(), DIVIDING, normal(noBias), normed);
    }

    /** Of what is normalised, without the bias, which is added when it is divided. */
    private Tensor product(int weight) {
        return Kernels.infer("step_linear", normed, weights.get(weight), noBias);
    }

    /** Adds a product to the residual stream. */
    private void add(Tensor input, int weight) {
        Kernels.infer("add_linear", x, input, weights.get(weight), weights.get(weight + 1));
    }

    private void turn(Tensor flat, long[] left, long[] normal, Tensor pages) {
        launch(
                "turn",
                kernels.turnBlocks(),
                CardKernels.TURNING,
                List.of(left),
                normal,
                flat,
                cos,
                sin,
                pages,
                slots,
                config.heads(),
                config.keyValueHeads());
    }

    private void attend(Tensor flat, long[] left, int layer) {
        launchOnRows(
                "attend",
                attention.attendBlocks() * splits,
                attention.attendThreads(),
                left,
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
                attention.reach(kind.tokens()),
                (float) (1 / Math.sqrt(config.headSize())));
        if (splits > 1) {
            launchOnRows(
                    "combine",
                    attention.attendParts(),
                    CardKernels.COMBINING,
                    left,
                    partial,
                    seen,
                    config.heads(),
                    splits);
        }
    }

    private void gate(Tensor wide, long[] left, long[] normal, long[] adapters) {
        launch(
                "gate",
                kernels.gateBlocks(),
                kernels.threads(),
                List.of(left, adapters),
                normal,
                wide,
                act,
                config.intermediate());
    }

    /** So many blocks for each tile of adapters. */
    private void launch(String kernel, int blocks, int threads, List<long[]> adapters, Object... others) {
        launch(kernels, ofAdapters, kind.ofAdapters(), kernel, blocks, threads, adapters, others);
    }

    /** So many for each tile of rows. */
    private void launchOnRows(String kernel, int blocks, int threads, long[] adapters, Object... others) {
        launch(attention, ofRows, kind.ofRows(), kernel, blocks, threads, List.of(adapters), others);
    }

    private void launch(
            CardKernels kernels,
            long tiles,
            CardStep.Tiling tiling,
            String kernel,
            int blocks,
            int threads,
            List<long[]> adapters,
            Object... others) {
        var arguments = new ArrayList<Object>(adapters);
        if (tiling.together()) {
            arguments.add(tiles);
        }
        arguments.addAll(Arrays.asList(others));
        kernels.program().launch(frame.device(), kernel, blocks, tiling.count(), threads, arguments.toArray());
    }
}
