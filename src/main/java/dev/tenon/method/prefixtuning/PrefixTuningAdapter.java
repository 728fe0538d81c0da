package dev.tenon.method.prefixtuning;

import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.AttentionSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.KeyValues;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** Keys and values before every sequence, with the projection that makes them or without it once they are made. */
final class PrefixTuningAdapter extends TensorAdapter<PrefixTuningConfig> implements Hooks {
    private final Network model;
    private final PrefixShape shape;

    private PrefixTuningAdapter(Network model, PrefixShape shape, ParameterSet tensors) {
        super(
                shape.config(),
                tensors,
                shape.attentions().stream().map(AttentionSite::path).toList());
        this.model = model;
        this.shape = shape;
    }

    static PrefixTuningAdapter fresh(Network model, PrefixShape shape, long seed) {
        var tensors = ParameterSet.filled(model.device(), set -> shape.start(set, seed));
        return new PrefixTuningAdapter(model, shape, tensors);
    }

    /** With a prefix that was made, from the current scope. */
    static PrefixTuningAdapter made(Network model, PrefixShape shape, Tensor flat) {
        var tensors = ParameterSet.filled(model.device(), set -> set.train(PrefixShape.EMBEDDING, flat));
        return new PrefixTuningAdapter(model, shape, tensors);
    }

    Network model() {
        return model;
    }

    PrefixShape shape() {
        return shape;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public int prefixLength() {
        return config().numVirtualTokens();
    }

    @Override
    public KeyValues prefix(AttentionSite site) {
        Tensor embedding = parameter(PrefixShape.EMBEDDING);
        var pair = isMade()
                ? Kernels.callList("prefix_of_layer", embedding, site.layer(), site.heads(), site.size(), model.type())
                : Kernels.callList(
                        "projected_prefix_of_layer",
                        embedding,
                        projection(),
                        site.layer(),
                        site.heads(),
                        site.size(),
                        model.type());
        return new KeyValues(pair.getFirst(), pair.getLast());
    }

    private boolean isMade() {
        return parameters().size() == 1;
    }

    private List<Tensor> projection() {
        return shape.shapes().keySet().stream().skip(1).map(this::parameter).toList();
    }

    /** The flat prefix {@code [tokens, layers · 2 · width]}. */
    Tensor flat() {
        Tensor embedding = parameter(PrefixShape.EMBEDDING);
        return isMade() ? embedding : Kernels.call("projected_prefix", embedding, projection());
    }
}
