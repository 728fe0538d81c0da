package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.model.LogitsRoom;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostNorms;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.HostTeam;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Steps on the CPU in float32 whose matrix products, those of adapters among them, are {@link HostProduct}s. Rows of one token
 * each are a {@link HostDecode}'s; in steps with others, what lies between the products is {@code kernels/host.py}. Adapters are
 * read where they are. It computes one step at a time.
 */
final class HostStep implements AutoCloseable {
    /** Tokens whose norms one thread computes before others wake. */
    private static final int FEW = 128;

    private final StepFrame frame;
    private final HostPlace[] places;
    /** Addresses of all weights, 0 where there are no elements. */
    private final long[] weights;

    private final long[] windows;
    private final ReentrantLock busy = new ReentrantLock();
    private final HostRuns runs = new HostRuns();
    private final HostProduct product;
    private final HostDecode decode;
    /** Frees what steps have in common; the next one makes it anew. */
    private final Runnable letGo = this::close;

    private HostStep(StepFrame frame, HostPlace[] places, long[] weights) {
        this.frame = frame;
        this.places = places;
        this.weights = weights;
        this.windows =
                frame.config().windows().stream().mapToLong(Integer::longValue).toArray();
        var team = new HostTeam();
        this.product = new HostProduct(places[0], team, runs);
        this.decode = new HostDecode(frame, places, weights, windows, team, runs, product);
    }

    /**
     * Null where libtorch has no BLAS to be called, or the weights have another type or lie otherwise.
     *
     * @param all the weights in the order of {@code kernels/step.py}, matrices as {@code [out, in]}
     */
    static @Nullable HostStep of(StepFrame frame, List<Tensor> all) {
        if (frame.device().isGpu() || frame.type() != DType.F32 || !HostProducts.arePossible()) {
            return null;
        }
        var places = places(frame.config(), all);
        if (places == null) {
            return null;
        }
        var weights = all.stream()
                .mapToLong(tensor -> tensor.elements() == 0 ? 0 : tensor.address())
                .toArray();
        return new HostStep(frame, places, weights);
    }

    private static HostPlace @Nullable [] places(DecoderConfig config, List<Tensor> all) {
        for (Tensor tensor : all) {
            if (tensor.dtype() != DType.F32
                    || Kernels.call("lies_in_rows", tensor).item() == 0) {
                return null;
            }
        }
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        int hidden = config.hidden();
        int inner = config.intermediate();
        var places = new HostPlace[StepOrder.GROUPS * config.layers() + 1];
        for (int layer = 0; layer < config.layers(); layer++) {
            int group = StepOrder.GROUPS * layer;
            int at = StepOrder.weights(layer);
            places[group + StepOrder.PROJECTIONS] =
                    place(group + StepOrder.PROJECTIONS, hidden, all.get(at + 1), queries, keys, keys);
            places[group + StepOrder.OUTPUT] = place(group + StepOrder.OUTPUT, queries, all.get(at + 3), hidden);
            places[group + StepOrder.GATING] = place(group + StepOrder.GATING, hidden, all.get(at + 6), inner, inner);
            places[group + StepOrder.DOWN] = place(group + StepOrder.DOWN, inner, all.get(at + 8), hidden);
        }
        places[places.length - 1] = place(-1, hidden, all.get(2), config.vocabulary());
        return places;
    }

    private static HostPlace place(int group, int in, Tensor weight, int... widths) {
        return new HostPlace(group, in, weight.address(), widths);
    }

    /** Whether updates are of a kind that it knows, and where there are none whether the step is one that it makes faster. */
    static boolean takes(StepPlan plan, RankUpdates updates) {
        return updates.lanes() == null && (!updates.runs().isEmpty() || HostDecode.takes(plan));
    }

    /**
     * The wanted logits, like {@link WholeStep#logits}; null while another thread computes a step.
     *
     * @param room where they go if there is one
     */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates, @Nullable LogitsRoom room) {
        if (!busy.tryLock()) {
            return null;
        }
        try {
            return compute(plan, updates, room);
        } finally {
            busy.unlock();
        }
    }

    private Tensor compute(StepPlan plan, RankUpdates updates, @Nullable LogitsRoom room) {
        int rank = 0;
        for (var run : updates.runs()) {
            rank = Math.max(rank, run.piece().rank());
        }
        if (!HostDecode.takes(plan)) {
            return several(plan, updates, rank);
        }
        plan.cache().beforeClosing(letGo);
        int threads = decode.threads(plan);
        runs.seat(updates.runs(), threads);
        runs.cover(plan.ids().length, threads);
        int wanted = plan.lasts().length;
        int vocabulary = frame.config().vocabulary();
        Tensor logits = room == null
                ? Tensors.empty(DType.F32, frame.device(), wanted, vocabulary)
                : room.logits(wanted, vocabulary);
        decode.compute(plan, threads, rank, wanted == 0 ? 0 : logits.address());
        return logits;
    }

    /** A step in which rows have several tokens. */
    private Tensor several(StepPlan plan, RankUpdates updates, int rank) {
        int tokens = plan.ids().length;
        runs.seat(updates.runs(), Engine.threads());
        var numbers = StepNumbers.of(plan, plan.width(), false);
        Tensor placed = Tensors.of(numbers.values(), frame.device(), numbers.values().length);
        try (var own = new HostStepMemory(frame.config(), tokens, rank);
                var state = Kernels.hold(
                        "host_begin",
                        placed,
                        numbers.shape(),
                        frame.weights(),
                        frame.frequencies(),
                        frame.config().rotary().magnitude(),
                        windows,
                        KvCache.PAGE,
                        own.list())) {
            product.use(own.address(HostStepMemory.BETWEEN), own.ranks());
            for (int layer = 0; layer < windows.length; layer++) {
                block(plan, numbers, layer, tokens, own, state);
            }
            return head(plan, own, state);
        }
    }

    private void block(
            StepPlan plan, StepNumbers numbers, int layer, int tokens, HostStepMemory own, TensorList state) {
        var config = frame.config();
        int at = StepOrder.weights(layer);
        int group = StepOrder.GROUPS * layer;
        var tensors = frame.weights();
        boolean biased = config.queryBias();
        normalise(own, tokens, at, HostStepMemory.FLAT, biased);
        multiply(own, tokens, group + StepOrder.PROJECTIONS, HostStepMemory.NORMED, HostStepMemory.FLAT, biased);
        Kernels.inferNothing(
                "host_attended",
                own.list(),
                tensors,
                state,
                plan.cache().layers(),
                layer,
                config.heads(),
                numbers.shape(),
                plan.starts(),
                plan.counts(),
                windows[layer]);
        multiply(own, tokens, group + StepOrder.OUTPUT, HostStepMemory.SEEN, HostStepMemory.X, true);
        normalise(own, tokens, at + 5, HostStepMemory.WIDE, config.feedForwardBias());
        multiply(
                own,
                tokens,
                group + StepOrder.GATING,
                HostStepMemory.NORMED,
                HostStepMemory.WIDE,
                config.feedForwardBias());
        Kernels.inferNothing("host_gated", own.list(), tensors, layer);
        multiply(own, tokens, group + StepOrder.DOWN, HostStepMemory.ACT, HostStepMemory.X, true);
    }

    /** One piece of the memory from another, for the layers at a place; it is added to what is there, or replaces it. */
    private void multiply(HostStepMemory own, int tokens, int place, int from, int to, boolean adding) {
        product.compute(places[place], tokens, own.address(from), own.address(to), adding);
    }

    /**
     * The residual stream as layers read it whose weights follow the norm's.
     *
     * @param place of their product, which begins with their bias where they have one
     */
    private void normalise(HostStepMemory own, int tokens, int at, int place, boolean biased) {
        var config = frame.config();
        if (biased || tokens > FEW) {
            Kernels.inferNothing("host_normed", own.list(), frame.weights(), at, place, config.normEpsilon());
        } else {
            HostNorms.normalise(
                    own.address(HostStepMemory.X),
                    weights[at],
                    own.address(HostStepMemory.NORMED),
                    tokens,
                    config.hidden(),
                    config.normEpsilon());
        }
    }

    private Tensor head(StepPlan plan, HostStepMemory own, TensorList state) {
        int wanted = plan.lasts().length;
        Tensor logits =
                Tensors.empty(DType.F32, frame.device(), wanted, frame.config().vocabulary());
        if (wanted > 0) {
            Tensor last = Kernels.infer(
                    "host_last",
                    own.list(),
                    frame.weights(),
                    state,
                    frame.config().normEpsilon());
            product.compute(places[places.length - 1], wanted, last.address(), logits.address(), false);
        }
        return logits;
    }

    @Override
    public void close() {
        busy.lock();
        try {
            decode.close();
        } finally {
            busy.unlock();
        }
    }
}
