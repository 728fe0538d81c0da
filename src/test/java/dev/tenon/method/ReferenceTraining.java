package dev.tenon.method;

import dev.tenon.model.CausalModel;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** AdamW steps on the fixed batch with the numbers of a reference trace. */
final class ReferenceTraining {
    private ReferenceTraining() {}

    static List<Double> run(CausalModel model, Adapter adapter, ReferenceBatch batch, JsonNode trace) {
        var steps = new AdapterSteps(
                trace.get("lr").asDouble(),
                trace.get("betas").get(0).asDouble(),
                trace.get("betas").get(1).asDouble(),
                trace.get("eps").asDouble(),
                trace.get("weight_decay").asDouble());
        var losses = steps.run(adapter, trace.get("losses").size(), 0, () -> batch.loss(model, adapter));
        return Arrays.stream(losses).boxed().toList();
    }
}
