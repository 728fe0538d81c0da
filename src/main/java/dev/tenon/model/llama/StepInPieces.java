package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import java.util.HashMap;
import java.util.List;

/**
 * A step in which every row has one new token, in pieces: what {@code decoder_step} does in one call, with room for updates
 * that TorchScript cannot make. The host takes far longer for it, so it is for recording.
 */
record StepInPieces(DecoderConfig config, TensorList weights, Tensor frequencies, DType type) {
    /** Matrices of a layer in the order of {@link dev.tenon.model.RankUpdates}, and where those of each group begin. */
    private static final int MATRICES = 9;

    private static final int OUTPUT = 2;
    private static final int GATING = 4;
    private static final int DOWN = 7;

    /** Adds to outputs in place what adapters make of the inputs. */
    interface Updates {
        /**
         * Adds {@code y [tokens, outs] += x [tokens, in] · A · B}.
         *
         * @param group the place of a group's first factor
         * @param ys by second factor: one for all layers, or one for each; rows may lie apart
         * @param stride numbers from one row of y to the next
         */
        void add(int group, Tensor x, List<Tensor> ys, long stride);
    }

    /** The wanted logits, like {@link WholeStep#logits}. */
    Tensor logits(StepPlan plan, StepNumbers numbers, Tensor placed, Updates updates) {
        double epsilon = config.normEpsilon();
        long width = numbers.shape()[1];
        var begun = Kernels.inferList(
                "decode_begin",
                placed,
                numbers.shape(),
                weights,
                frequencies,
                config.rotary().magnitude());
        Tensor x = begun.getFirst();
        Tensor slots = begun.get(2);
        Tensor tables = begun.get(4);
        Tensor cos = begun.get(5);
        Tensor sin = begun.get(6);
        var caches = Kernels.inferList("tensor_list", plan.cache().layers());
        var masks = new HashMap<Integer, Tensor>();
        for (int layer = 0; layer < config.layers(); layer++) {
            int matrices = MATRICES * layer;
            Tensor pages = caches.get(layer);
            Tensor mask = masks.computeIfAbsent(
                    config.windows().get(layer),
                    window -> Kernels.infer("decode_mask", begun.get(1), width * pages.size(1), window, type));
            var projected = Kernels.inferList("step_project", x, weights, layer, epsilon);
            Tensor flat = projected.getLast();
            updates.add(matrices, projected.getFirst(), List.of(flat), flat.size(1));
            Tensor o = Kernels.infer("decode_attend", flat, cos, sin, pages, slots, tables, mask, config.heads());
            Kernels.infer("step_output", x, o, weights, layer);
            updates.add(matrices + OUTPUT, o, List.of(x), x.size(1));
            var gating = Kernels.inferList("step_gating", x, weights, layer, epsilon);
            Tensor wide = gating.getLast();
            long half = wide.size(1) / 2;
            var halves = List.of(wide.slice(1, 0, half), wide.slice(1, half, 2 * half));
            updates.add(matrices + GATING, gating.getFirst(), halves, 2 * half);
            Tensor act = Kernels.infer("step_down", x, wide, weights, layer);
            updates.add(matrices + DOWN, act, List.of(x), x.size(1));
        }
        return Kernels.infer("step_end", x, begun.get(3), weights, epsilon);
    }
}
