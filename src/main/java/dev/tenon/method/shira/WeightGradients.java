package dev.tenon.method.shira;

import dev.tenon.core.Problem;
import dev.tenon.method.Calibration;
import dev.tenon.model.CausalModel;
import dev.tenon.model.DenseMatrix;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Absolute gradients of the next token's loss by the matrices of a frozen model, summed over examples. */
final class WeightGradients {
    private WeightGradients() {}

    /** By path, in the current scope; one block at a time, so that no more than its matrices have gradients at once. */
    static Map<String, Tensor> collect(Network model, List<SiteShape> sites, Calibration calibration) {
        if (!(model instanceof CausalModel)) {
            throw Problem.invalid(
                    "adapter.mask_type",
                    "method_does_not_suit",
                    "'adapter.mask_type' looks at the loss of the next token, which a '%s' does not guess; possible are"
                                    .formatted(model.config().family())
                            + " random, magnitude and structured.");
        }
        var blocks = new TreeMap<Integer, List<SiteShape>>();
        sites.forEach(site ->
                blocks.computeIfAbsent(site.layer(), any -> new ArrayList<>()).add(site));
        var found = new LinkedHashMap<String, Tensor>();
        for (var block : blocks.values()) {
            for (Sequences batch : calibration.batches()) {
                add(model, block, batch, found);
            }
        }
        return found;
    }

    private static void add(Network model, List<SiteShape> block, Sequences batch, Map<String, Tensor> found) {
        try (var scope = Scope.open();
                var tape = model.quantisation() == null ? Tape.open() : Tape.inSegments()) {
            var weights = new LinkedHashMap<String, Tensor>();
            for (SiteShape site : block) {
                Tensor weight = ((LinearSite)
                                Objects.requireNonNull(model.sites().get(site.path())))
                        .weight()
                        .detach();
                weight.requireGrad(true);
                weights.put(site.path(), weight);
            }
            var gradients = tape.gradients(loss(model, batch, new OnWeights(weights)), List.copyOf(weights.values()));
            int at = 0;
            for (String path : weights.keySet()) {
                Tensor size = gradients.get(at++).detach().abs();
                Tensor sum = found.get(path);
                if (sum == null) {
                    found.put(path, scope.keep(size));
                } else {
                    sum.copyFrom(sum.add(size));
                }
            }
        }
    }

    private static Tensor loss(Network model, Sequences batch, Hooks hooks) {
        long[] ids = batch.ids();
        long[] starts = batch.starts();
        var firsts = LongStream.of(starts).boxed().collect(java.util.stream.Collectors.toSet());
        long[] sources = LongStream.range(0, ids.length - 1)
                .filter(i -> !firsts.contains(i + 1))
                .toArray();
        long[] targets = LongStream.of(sources).map(i -> ids[(int) i + 1]).toArray();
        Tensor rows = model.hidden(batch, hooks).select(0, Tensors.of(sources, model.device(), sources.length));
        return Kernels.callList(
                        "token_loss", model.logits(rows, hooks), Tensors.of(targets, model.device(), targets.length))
                .getFirst()
                .sum();
    }

    /** Computes with leaves that stand for some of the model's matrices. */
    private record OnWeights(Map<String, Tensor> weights) implements Hooks {
        @Override
        public Tensor linear(LinearSite site, Tensor x) {
            Tensor weight = weights.get(site.path());
            return weight == null ? site.base(x) : new DenseMatrix(weight).product(x, site.bias());
        }
    }
}
