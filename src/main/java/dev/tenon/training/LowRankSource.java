package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Gradients of adapters that are only low-rank pairs, by the model's hand-derived backward pass. */
record LowRankSource(Network model, LowRankGradients gradients, Adapter adapter, Map<String, LowRankPair> pairs)
        implements GradientSource {
    private static final int CHUNK = 2048;
    private static final int CHUNK_ON_CPU = 512;

    @Override
    public Result compute(Batch batch, double weight) {
        var pass = gradients.forward(batch.sequences(), pairs);
        var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
        var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
        Tensor rows = pass.hidden().detach().select(0, sources);
        Tensor head = ((LinearSite) Objects.requireNonNull(model.sites().get("lm_head"))).weight();
        int chunk = model.device().isGpu() ? CHUNK : CHUNK_ON_CPU;
        var loss = Kernels.callList("head_loss", rows, head, targets, weight, chunk);
        Tensor spread = Kernels.call("spread_rows", loss.get(2), sources, batch.tokens());
        var found = pass.backward(spread);
        List<Tensor> ordered = adapter.parameters().values().stream()
                .map(parameter -> Objects.requireNonNull(found.get(parameter)))
                .toList();
        return new Result(loss.get(0), loss.get(1), ordered);
    }
}
