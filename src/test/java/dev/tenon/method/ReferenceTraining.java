package dev.tenon.method;

import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** AdamW steps on the fixed batch with the numbers of a reference trace. */
final class ReferenceTraining {
    private ReferenceTraining() {}

    static List<Double> run(CausalModel model, Adapter adapter, ReferenceBatch batch, JsonNode trace) {
        var losses = new ArrayList<Double>();
        var parameters = List.copyOf(adapter.parameters().values());
        try (var scope = Scope.open()) {
            var first = parameters.stream().map(ReferenceTraining::zeros).toList();
            var second = parameters.stream().map(ReferenceTraining::zeros).toList();
            adapter.train(true);
            for (int step = 1; step <= trace.get("losses").size(); step++) {
                try (var inner = Scope.open();
                        var tape = Tape.open()) {
                    Tensor loss = batch.loss(model, adapter);
                    losses.add(loss.item());
                    Kernels.callNothing(
                            "adamw_step",
                            parameters,
                            tape.gradients(loss, parameters),
                            first,
                            second,
                            trace.get("lr").asDouble(),
                            trace.get("betas").get(0).asDouble(),
                            trace.get("betas").get(1).asDouble(),
                            trace.get("eps").asDouble(),
                            trace.get("weight_decay").asDouble(),
                            step);
                }
            }
            adapter.train(false);
        }
        return losses;
    }

    private static Tensor zeros(Tensor like) {
        return Kernels.call("zeros_like", like.detach());
    }
}
