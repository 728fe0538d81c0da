package dev.tenon.model.encoder;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.HeadForm;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.Weights;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads an encoder's weights by the paths of its sites and hands them to the model's scope. */
record EncoderReader(EncoderConfig config, EncoderNames names, Weights weights, Scope owner) {
    Tensor tensor(String name, long... shape) {
        return owner.own(weights.tensor(EncoderTensors.fileName(config, names, name), shape));
    }

    LinearSite linear(String path, int layer, int in, int out) {
        var matrix = weights.matrix(EncoderTensors.fileName(config, names, path + ".weight"), layer, out, in);
        matrix.ownedBy(owner);
        return new LinearSite(path, layer, in, out, matrix, tensor(path + ".bias", out));
    }

    NormSite norm(String path, int layer) {
        return new NormSite(
                path,
                layer,
                tensor(path + ".weight", config.hidden()),
                tensor(path + ".bias", config.hidden()),
                config.normEpsilon(),
                NormSite.Kind.LAYER);
    }

    Map<String, Tensor> head(HeadForm form) {
        var tensors = new LinkedHashMap<String, Tensor>();
        form.tensors().forEach((name, shape) -> tensors.put(name, tensor(name, shape)));
        return tensors;
    }
}
