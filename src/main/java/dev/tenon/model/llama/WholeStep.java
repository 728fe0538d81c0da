package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LogitsRoom;
import dev.tenon.model.NormSite;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Recording;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A step of all layers in one call of a kernel, for batches at whose sites nothing happens that the kernel does not know.
 * It holds the weights in the kernel's order.
 */
final class WholeStep implements AutoCloseable {
    /** How often a kind of step is met when it is recorded. */
    private static final int SIGHT = 4;

    /** What steps of a recording have in common; adapters' matrices are told apart by identity. */
    private record Kind(List<Long> shape, RankUpdates updates) {}

    private final DecoderConfig config;
    private final Device device;
    private final Tensor frequencies;
    private final TensorList weights;
    private final TensorList none = Kernels.hold("tensor_list", List.<Tensor>of());
    private final long[] windows;
    private final StepRecordings recordings;
    private final @Nullable CardStep card;
    private final @Nullable HostStep host;
    private final boolean together;

    WholeStep(
            DecoderConfig config,
            Tensor embedding,
            List<DecoderBlock> blocks,
            NormSite finalNorm,
            LinearSite head,
            Tensor frequencies) {
        this.config = config;
        this.device = embedding.device();
        this.frequencies = frequencies;
        this.recordings = new StepRecordings(device, SIGHT);
        var type = embedding.dtype();
        this.together = device.isGpu() && type != DType.F32; // what libtorch's own attention kernel takes
        this.windows = config.windows().stream().mapToLong(Integer::longValue).toArray();
        try (var scope = Scope.open()) {
            Tensor none = Tensors.zeros(DType.F32, device, 0);
            var all = new ArrayList<>(List.of(embedding, finalNorm.weight(), head.weight()));
            for (DecoderBlock block : blocks) {
                all.add(block.inputNorm().weight());
                add(all, dense(block.projections()), block.projections().bias(), none);
                add(all, block.output().weight(), block.output().bias(), none);
                all.add(block.forwardNorm().weight());
                add(all, dense(block.gating()), block.gating().bias(), none);
                add(all, block.down().weight(), block.down().bias(), none);
            }
            weights = Kernels.hold("transposed_list", all);
            var frame = new StepFrame(config, weights, frequencies, device, type);
            card = CardStep.of(frame);
            host = HostStep.of(frame, all);
        }
    }

    private static Tensor dense(JoinedLinears joined) {
        return Objects.requireNonNull(joined.weight(), "the kernel works on dense matrices");
    }

    private static void add(List<Tensor> all, Tensor weight, @Nullable Tensor bias, Tensor none) {
        all.add(weight);
        all.add(bias == null ? none : bias);
    }

    /** Whether the step is one that the kernel knows: all its tokens are words. */
    static boolean takes(StepPlan plan) {
        return Arrays.stream(plan.ids()).allMatch(id -> id >= 0);
    }

    /** Steps of few tokens with kernels of our own; null where there are none. */
    @Nullable
    CardStep onCard() {
        return card;
    }

    /** Steps on the CPU by products of our own; null where libtorch has no BLAS to be called, or in other types. */
    @Nullable
    HostStep onHost() {
        return host;
    }

    /**
     * The wanted logits {@code [wanted, vocabulary]}; keys and values are in the cache afterwards.
     *
     * @param room where they may go if there is one
     */
    Tensor logits(StepPlan plan, RankUpdates updates, @Nullable LogitsRoom room) {
        Tensor made = host != null && HostStep.takes(plan, updates) ? host.logits(plan, updates, room) : null;
        if (made != null) {
            return made;
        }
        Tensor played =
                card != null && card.takes(plan, updates) ? card.logits(plan, updates) : recorded(plan, updates);
        return played == null ? logits(plan, updates, plan.width()) : played;
    }

    private @Nullable Tensor recorded(StepPlan plan, RankUpdates updates) {
        if (plan.singles() < plan.ids().length || !Recording.isPossible(device)) {
            return null;
        }
        var numbers = StepNumbers.of(plan, StepRecordings.width(plan.width()), together);
        var kind = new Kind(Arrays.stream(numbers.shape()).boxed().toList(), updates);
        Tensor played =
                recordings.play(plan.cache(), kind, numbers.values(), placed -> logits(plan, updates, numbers, placed));
        return played == null ? null : Kernels.infer("copied", played);
    }

    /** The same with tables of at least as many pages as the plan's. */
    Tensor logits(StepPlan plan, RankUpdates updates, int width) {
        var numbers = StepNumbers.of(plan, width, together);
        return logits(plan, updates, numbers, Tensors.of(numbers.values(), device, numbers.values().length));
    }

    private Tensor logits(StepPlan plan, RankUpdates updates, StepNumbers numbers, Tensor placed) {
        var lanes = updates.lanes();
        try (var runs = Kernels.lists(
                updates.runs().stream().map(run -> run.views().get()).toList())) {
            return Kernels.infer(
                    "decoder_step",
                    placed,
                    numbers.shape(),
                    plan.starts(),
                    plan.counts(),
                    weights,
                    plan.cache().layers(),
                    frequencies,
                    config.heads(),
                    windows,
                    config.normEpsilon(),
                    config.rotary().magnitude(),
                    lanes == null ? none : lanes.views(),
                    lanes == null ? new long[0] : lanes.place(),
                    runs,
                    updates.runs().stream().mapToLong(RankUpdates.Run::start).toArray(),
                    updates.runs().stream().mapToLong(RankUpdates.Run::count).toArray());
        }
    }

    @Override
    public void close() {
        if (card != null) {
            card.close();
        }
        if (host != null) {
            host.close();
        }
        recordings.close();
        none.close();
        weights.close();
    }
}
