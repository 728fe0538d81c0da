package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.Weights;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/** Reads the weights of sites below one path and hands them to the model's scope. */
record SiteReader(String path, int layer, DecoderConfig config, Weights weights, Scope owner) {
    LinearSite linear(String name, int in, int out, boolean bias) {
        var matrix = weights.matrix(path + name + ".weight", layer, out, in);
        matrix.ownedBy(owner);
        var offset = bias ? owner.own(weights.tensor(path + name + ".bias", out)) : null;
        return new LinearSite(path + name, layer, in, out, matrix, offset);
    }

    /** Layers of one input, of which there must be two or more; dense matrices lie in one piece of memory. */
    JoinedLinears linears(int in, boolean bias, SequencedMap<String, Integer> outs) {
        var alone = new ArrayList<LinearSite>();
        outs.forEach((name, out) -> alone.add(linear(name, in, out, bias)));
        if (alone.stream().anyMatch(site -> site.matrix().form() != null)) {
            return new JoinedLinears(List.copyOf(alone), null, null);
        }
        Tensor weight = joined(alone.stream().map(LinearSite::weight).toList());
        Tensor offset = bias
                ? joined(alone.stream()
                        .map(LinearSite::bias)
                        .filter(Objects::nonNull)
                        .toList())
                : null;
        return JoinedLinears.over(weight, offset, alone, owner);
    }

    private Tensor joined(List<Tensor> parts) {
        Tensor whole = owner.own(Tensor.cat(parts, 0));
        parts.forEach(Tensor::close);
        return whole;
    }

    NormSite norm(String name) {
        var weight = owner.own(weights.tensor(path + name + ".weight", config.hidden()));
        return new NormSite(path + name, layer, weight, null, config.normEpsilon(), NormSite.Kind.ROOT_MEAN_SQUARE);
    }
}
