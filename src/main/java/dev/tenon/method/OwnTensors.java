package dev.tenon.method;

import dev.tenon.model.CausalModel;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.DenseMatrix;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Matrix;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies of a model's own tensors, by their names, that are used in place of them and trained whole. */
public final class OwnTensors implements Hooks {
    private final Map<String, Tensor> own = new LinkedHashMap<>();
    private final @Nullable CausalModel model;

    public OwnTensors() {
        this(null);
    }

    /** @param model that computes with these tensors anyway */
    public OwnTensors(@Nullable CausalModel model) {
        this.model = model;
    }

    /** Uses a tensor in place of the model's tensor of this name. */
    public void put(String name, Tensor trained) {
        own.put(name, trained);
    }

    /** Whether a module computes with a tensor of its own. */
    public boolean owns(String path) {
        return own.containsKey(path + ".weight") || own.containsKey(path + ".bias");
    }

    /** The model's tensors that are replaced. */
    public Set<String> names() {
        return own.keySet();
    }

    /** The modules that they belong to. */
    public Set<String> modules() {
        var modules = new LinkedHashSet<String>();
        own.keySet().forEach(name -> modules.add(name.substring(0, name.lastIndexOf('.'))));
        return modules;
    }

    /** What stands for the model's tensor {@code base}, in its type, or null where it is the model's still. */
    public @Nullable Tensor folded(String name, Tensor base) {
        Tensor trained = own.get(name);
        return trained == null ? null : trained.detach().to(base.dtype()).copy();
    }

    @Override
    public @Nullable CausalModel ownModel() {
        return model;
    }

    @Override
    public boolean replaces(LinearSite site) {
        return owns(site.path());
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        if (!owns(site.path())) {
            return site.base(x);
        }
        Tensor weight = own.get(site.path() + ".weight");
        Tensor bias = at(site.path() + ".bias", site.bias(), x.dtype());
        Matrix matrix = weight == null ? site.matrix() : new DenseMatrix(weight.to(x.dtype()));
        return matrix.product(x, bias);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        if (!owns(site.path())) {
            return site.base(x);
        }
        return site.with(
                x,
                Objects.requireNonNull(at(site.path() + ".weight", site.weight(), x.dtype())),
                at(site.path() + ".bias", site.bias(), x.dtype()));
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        Tensor weight = own.get(site.path() + ".weight");
        return weight == null
                ? site.base(ids)
                : Kernels.call("embed", ids, weight).to(site.weight().dtype());
    }

    /** Where nothing but norms is replaced, which a model that computes with these tensors does by itself. */
    @Override
    public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
        var vectors = new HashMap<ChannelPlace, Tensor>();
        for (String path : modules()) {
            if (model != null || !(network.sites().get(path) instanceof NormSite norm)) {
                return Map.of();
            }
            vectors.putAll(norm.vectors(own.get(path + ".weight"), own.get(path + ".bias")));
        }
        return vectors;
    }

    /** What is used at this name; a bias may be one that the model has not. */
    private @Nullable Tensor at(String name, @Nullable Tensor base, DType type) {
        Tensor trained = own.get(name);
        return trained == null ? base : trained.to(type);
    }
}
