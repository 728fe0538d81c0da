package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/** Gradients of any adapter, by a tape over the whole model. */
record TapeSource(CausalModel model, Adapter adapter) implements GradientSource {
    @Override
    public Result compute(Batch batch, double weight) {
        var parameters = List.copyOf(adapter.parameters().values());
        try (var tape = Tape.open()) {
            Tensor hidden = model.hidden(batch.sequences(), adapter.hooks());
            var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
            var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
            Tensor logits = model.logits(hidden.select(0, sources), adapter.hooks());
            var loss = Kernels.callList("token_loss", logits, targets);
            var gradients = tape.gradients(loss.getFirst().mul(weight).sum(), parameters);
            return new Result(loss.getFirst().detach(), loss.getLast(), gradients);
        }
    }
}
