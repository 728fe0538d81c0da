package dev.tenon.training;

import dev.tenon.method.OwnObjective;
import dev.tenon.method.Tuned;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/** Gradients of any adapter and head, by a tape over the whole model. */
record TapeSource(Network model, Tuned tuned) implements GradientSource {
    @Override
    public Result compute(Batch batch, double weight) {
        var adapter = tuned.adapter();
        var parameters = List.copyOf(tuned.parameters().values());
        try (var tape = Tape.open()) {
            Tensor hidden = model.hidden(batch.sequences(), adapter.hooks());
            var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
            var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
            Tensor logits = tuned.logits(model, hidden.select(0, sources));
            var loss = Kernels.callList("token_loss", logits, targets);
            Tensor total = loss.getFirst().mul(weight).sum();
            if (adapter instanceof OwnObjective own) {
                // its share of the step, so that several batches add it up once
                total = total.add(own.penalty().mul(weight * batch.targets().length));
            }
            var gradients = tape.gradients(total, parameters);
            return new Result(loss.getFirst().detach(), loss.getLast(), gradients);
        }
    }
}
