package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.Weights;
import dev.tenon.tensor.Scope;

/** Reads the weights of sites below one path and hands them to the model's scope. */
record SiteReader(String path, int layer, DecoderConfig config, Weights weights, Scope owner) {
    LinearSite linear(String name, int in, int out, boolean bias) {
        var weight = owner.own(weights.tensor(path + name + ".weight", out, in));
        var offset = bias ? owner.own(weights.tensor(path + name + ".bias", out)) : null;
        return new LinearSite(path + name, layer, in, out, weight, offset);
    }

    NormSite norm(String name) {
        var weight = owner.own(weights.tensor(path + name + ".weight", config.hidden()));
        return new NormSite(path + name, layer, weight, null, config.normEpsilon(), NormSite.Kind.ROOT_MEAN_SQUARE);
    }
}
