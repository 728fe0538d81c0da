package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.OwnObjective;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of adapters that are only low-rank pairs, by the model's hand-derived backward pass. Where the pairs are made
 * from the parameters, a tape over that small part takes the gradient of the pairs on to the parameters.
 */
record LowRankSource(Network model, LowRankGradients gradients, Adapter adapter, FrozenHead head)
        implements GradientSource {
    @Override
    public Result compute(Batch batch, double weight) {
        var pairs = new LinkedHashMap<String, LowRankPair>();
        Tensor penalty = null;
        try (var tape = Tape.open()) {
            adapter.hooks().lowRankOnly().forEach((path, pair) -> pairs.put(path, pair.joined()));
            if (adapter instanceof OwnObjective own) {
                // its share of the step, so that several batches add it up once
                penalty = own.penalty().mul(weight * batch.targets().length);
            }
        }
        // uploads wait for what the device is doing, so they come before there is anything
        var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
        var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
        var pass = gradients.forward(batch.sequences(), pairs);
        Tensor rows = pass.hidden().detach().select(0, sources);
        var loss = head.loss(rows, targets, weight);
        Tensor spread = Kernels.call("spread_rows", loss.get(2), sources, batch.tokens());
        return new Result(loss.get(0), loss.get(1), ofParameters(pass.backward(spread), pairs, penalty));
    }

    private List<Tensor> ofParameters(
            Map<Tensor, Tensor> found, Map<String, LowRankPair> pairs, @Nullable Tensor penalty) {
        var parameters = List.copyOf(adapter.parameters().values());
        if (penalty == null && found.keySet().containsAll(parameters)) {
            return parameters.stream()
                    .map(parameter -> Objects.requireNonNull(found.get(parameter)))
                    .toList();
        }
        var outputs = new ArrayList<Tensor>();
        var seeds = new ArrayList<Tensor>();
        for (var pair : pairs.values()) {
            outputs.add(pair.a());
            seeds.add(Objects.requireNonNull(found.get(pair.a())));
            outputs.add(pair.b());
            seeds.add(Objects.requireNonNull(found.get(pair.b())));
        }
        if (penalty != null) {
            outputs.add(penalty);
            seeds.add(Kernels.call("ones_as", penalty));
        }
        return Kernels.callList("chained_gradients", outputs, seeds, parameters);
    }
}
