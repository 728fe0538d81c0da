package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
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
    private final DecoderConfig config;
    private final Device device;
    private final Tensor frequencies;
    private final TensorList weights;
    private final TensorList none = Kernels.hold("tensor_list", List.<Tensor>of());
    private final long[] windows;

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

    /** The wanted logits {@code [wanted, vocabulary]}; keys and values are in the cache afterwards. */
    Tensor logits(StepPlan plan, RankUpdates updates) {
        long[] counts = plan.counts();
        long[] begun = Arrays.copyOf(counts, plan.begun());
        var numbers = numbers(plan, begun);
        long[] shape = {
            plan.singles(),
            plan.width(),
            begun.length,
            Arrays.stream(begun).sum(),
            plan.ids().length,
            plan.lasts().length,
            plan.tables().length
        };
        var lanes = updates.lanes();
        try (var runs = Kernels.lists(
                updates.runs().stream().map(RankUpdates.Run::views).toList())) {
            return Kernels.infer(
                    "decoder_step",
                    Tensors.of(numbers, device, numbers.length),
                    shape,
                    plan.starts(),
                    counts,
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

    /** All that goes to the device, as one piece. */
    private static long[] numbers(StepPlan plan, long[] begun) {
        var bounds = new long[begun.length + 1];
        for (int i = 0; i < begun.length; i++) {
            bounds[i + 1] = bounds[i] + begun[i];
        }
        var parts = List.of(plan.ids(), plan.positions(), plan.slots(), plan.lasts(), plan.tables(), bounds);
        return parts.stream().flatMapToLong(Arrays::stream).toArray();
    }

    @Override
    public void close() {
        none.close();
        weights.close();
    }
}
