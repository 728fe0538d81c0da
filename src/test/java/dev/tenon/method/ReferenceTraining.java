package dev.tenon.method;

import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** AdamW steps on the fixed batch with the numbers of a reference trace. */
final class ReferenceTraining {
    private ReferenceTraining() {}

    static List<Double> run(Tuned tuned, ReferenceBatch batch, JsonNode trace) {
        var steps = new AdapterSteps(
                trace.get("lr").asDouble(),
                trace.get("betas").get(0).asDouble(),
                trace.get("betas").get(1).asDouble(),
                trace.get("eps").asDouble(),
                trace.get("weight_decay").asDouble());
        var losses = steps.run(tuned, trace.get("losses").size(), 0, () -> batch.loss(tuned));
        return Arrays.stream(losses).boxed().toList();
    }
}
