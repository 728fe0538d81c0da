package dev.tenon.method;

import dev.tenon.model.ChannelPlace;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a model's own tensors: it computes with the base's tensor and the change of that name, float32 and of its
 * shape. While training a linear layer multiplies once, by the sum; otherwise it adds the product with the change, so that
 * rows of other adapters share the base's.
 *
 * @param deltas by the tensors' names; a bias that a linear layer lacks counts as zero
 */
public record AddedTensors(Map<String, Tensor> deltas, BooleanSupplier training) implements Hooks {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private boolean owns(String path) {
        return deltas.containsKey(path + WEIGHT) || deltas.containsKey(path + BIAS);
    }

    @Override
    public boolean replaces(LinearSite site) {
        return training.getAsBoolean() && owns(site.path());
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        if (!replaces(site)) {
            return Hooks.super.linear(site, x);
        }
        Tensor weight = moved(site.path() + WEIGHT, site.weight(), x.dtype());
        Tensor bias = moved(site.path() + BIAS, site.bias(), x.dtype());
        return new LinearSite(
                        site.path(), site.layer(), site.in(), site.out(), weight == null ? site.weight() : weight, bias)
                .base(x);
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        Tensor weight = deltas.get(site.path() + WEIGHT);
        Tensor bias = deltas.get(site.path() + BIAS);
        Tensor sum = weight == null ? y : Kernels.call("add_product", y, x, weight);
        return bias == null ? sum : Kernels.call("add_row", sum, bias);
    }

    /** What the changes of a linear layer add to its output {@code [tokens, out]} for {@code x [tokens, in]}. */
    public Tensor update(LinearSite site, Tensor x) {
        return Kernels.call(
                "product_and_row", x, deltas.get(site.path() + WEIGHT), deltas.get(site.path() + BIAS), site.out());
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        if (!owns(site.path())) {
            return site.base(x);
        }
        Tensor weight = moved(site.path() + WEIGHT, site.weight(), DType.F32);
        return site.with(x, weight == null ? site.weight() : weight, moved(site.path() + BIAS, site.bias(), DType.F32));
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        Tensor delta = deltas.get(site.path() + WEIGHT);
        return delta == null ? site.base(ids) : Kernels.call("moved_rows", ids, site.weight(), delta);
    }

    /** Where nothing but norms and biases has changed. */
    @Override
    public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
        var vectors = new HashMap<ChannelPlace, Tensor>();
        for (String name : deltas.keySet()) {
            String path = name.substring(0, name.lastIndexOf('.'));
            switch (network.sites().get(path)) {
                case NormSite norm ->
                    vectors.putAll(norm.vectors(
                            own(path + WEIGHT, norm.weight(), DType.F32), own(path + BIAS, norm.bias(), DType.F32)));
                case LinearSite site
                when !deltas.containsKey(path + WEIGHT) -> {
                    Tensor shift = Objects.requireNonNull(own(path + BIAS, null, network.type()));
                    vectors.put(new ChannelPlace(path, ChannelPlace.Role.SHIFT), shift.to(DType.F32));
                }
                case null, default -> {
                    return Map.of();
                }
            }
        }
        return vectors;
    }

    /** The changed tensor where there is a change. */
    private @Nullable Tensor own(String name, @Nullable Tensor base, DType type) {
        return deltas.containsKey(name) ? moved(name, base, type) : null;
    }

    /** The sum where there is a change, otherwise the base's own. */
    private @Nullable Tensor moved(String name, @Nullable Tensor base, DType type) {
        Tensor delta = deltas.get(name);
        if (delta == null) {
            return base;
        }
        return base == null ? delta.to(type) : Kernels.call("moved_tensor", base, delta, type);
    }

    /** The new value of a tensor of which the base has {@code base}, or nothing, in the type of the model. */
    public Tensor folded(String name, @Nullable Tensor base, DType type) {
        Tensor delta = Objects.requireNonNull(deltas.get(name), name).detach();
        return base == null ? delta.to(type).copy() : Kernels.call("moved_tensor", base, delta, type);
    }
}
