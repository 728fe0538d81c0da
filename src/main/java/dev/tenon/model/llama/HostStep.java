package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostNorms;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Steps with adapters on the CPU in float32 whose matrix products, those of the adapters among them, are {@link HostProduct}s; what lies
 * between them is {@code kernels/host.py}. Adapters are read where they are. It computes one step at a time.
 */
final class HostStep {
    /** Tokens whose norms one thread computes before others wake. */
    private static final int FEW = 128;

    private final StepFrame frame;
    private final HostPlace[] places;
    /** Addresses of the norms' weights, by their place among all. */
    private final long[] norms;

    private final long[] windows;
    private final ReentrantLock busy = new ReentrantLock();
    private final HostRuns runs = new HostRuns();
    private final HostProduct product;

    private HostStep(StepFrame frame, HostPlace[] places, long[] norms) {
        this.frame = frame;
        this.places = places;
        this.norms = norms;
        this.windows =
                frame.config().windows().stream().mapToLong(Integer::longValue).toArray();
        this.product = new HostProduct(places[0], runs);
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
        var norms = new long[all.size()];
        for (int at = StepOrder.FIRST; at < norms.length; at += StepOrder.EACH) {
            norms[at] = all.get(at).address();
            norms[at + 5] = all.get(at + 5).address();
        }
        return new HostStep(frame, places, norms);
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

    /** Whether there are updates, and of a kind that it knows: without, libtorch's own products are as quick. */
    static boolean takes(RankUpdates updates) {
        return updates.lanes() == null && !updates.runs().isEmpty();
    }

    /** The wanted logits, like {@link WholeStep#logits}; null while another thread computes a step. */
    @Nullable
    Tensor logits(StepPlan plan, RankUpdates updates) {
        if (!busy.tryLock()) {
            return null;
        }
        try {
            return compute(plan, updates);
        } finally {
            busy.unlock();
        }
    }

    private Tensor compute(StepPlan plan, RankUpdates updates) {
        int tokens = plan.ids().length;
        int rank = updates.runs().stream()
                .mapToInt(run -> run.piece().rank())
                .max()
                .orElse(0);
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
        var weights = frame.weights();
        boolean biased = config.queryBias();
        normalise(own, tokens, at, HostStepMemory.FLAT, biased);
        multiply(own, tokens, group + StepOrder.PROJECTIONS, HostStepMemory.NORMED, HostStepMemory.FLAT, biased);
        Kernels.inferNothing(
                "host_attended",
                own.list(),
                weights,
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
        Kernels.inferNothing("host_gated", own.list(), weights, layer);
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
                    norms[at],
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
}
