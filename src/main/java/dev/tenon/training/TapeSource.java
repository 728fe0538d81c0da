package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.Tuned;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients of any adapter and head, by a tape over the whole model. A model that keeps its matrices in fewer bits is
 * taped in segments, as one tape would keep every matrix dense; a method whose own term of the loss comes from inside the
 * blocks needs that one tape all the same.
 */
record TapeSource(Network model, Tuned tuned) implements GradientSource {
    /** A term of the adapter's own may be anything of the whole batch, such as the balance between experts. */
    @Override
    public boolean addsUp() {
        return !(tuned.adapter() instanceof OwnObjective);
    }

    @Override
    public Result compute(Batch batch, double weight) {
        var adapter = tuned.adapter();
        var parameters = List.copyOf(tuned.parameters().values());
        try (var tape = isInSegments(adapter) ? Tape.inSegments() : Tape.open()) {
            Tensor hidden = model.hidden(batch.sequences(), adapter.hooks());
            var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
            var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
            Tensor rows = hidden.select(0, sources);
            var outputs = new ArrayList<Tensor>();
            var seeds = new ArrayList<Tensor>();
            if (adapter instanceof OwnObjective own) {
                // its share of the step, so that several batches add it up once
                outputs.add(own.penalty().mul(weight * batch.targets().length));
                seeds.add(Kernels.call("ones_as", outputs.getFirst()));
            }
            var head = FrozenHead.of(model, tuned);
            var loss = head != null
                    ? head.loss(rows, targets, weight)
                    : Kernels.callList("token_loss", tuned.logits(model, rows), targets);
            outputs.add(head != null ? rows : loss.getFirst());
            seeds.add(head != null ? loss.get(2) : Tensors.full(weight, DType.F32, model.device(), 1));
            var gradients = tape.gradients(outputs, seeds, parameters);
            return new Result(loss.get(0).detach(), loss.get(1), gradients);
        }
    }

    private boolean isInSegments(Adapter adapter) {
        return model.quantisation() != null && !(adapter instanceof OwnObjective);
    }
}
