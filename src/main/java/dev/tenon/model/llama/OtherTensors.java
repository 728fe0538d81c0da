package dev.tenon.model.llama;

import dev.tenon.model.DenseMatrix;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Matrix;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that stand for a model's own, by their names, and the sites that compute with them. Sites without any stay as they
 * are.
 *
 * @param owner of the tensors of such sites
 */
record OtherTensors(Map<String, Tensor> tensors, Scope owner) {
    /** Whether all belong to sites that can have them: biases of norms and of the head are what hooks alone add. */
    boolean suit(Map<String, Site> sites) {
        return tensors.keySet().stream().allMatch(name -> {
            var site = sites.get(name.substring(0, name.lastIndexOf('.')));
            return name.endsWith(".bias") ? site instanceof LinearSite && site.layer() >= 0 : site != null;
        });
    }

    LinearSite linear(LinearSite site) {
        if (!has(site)) {
            return site;
        }
        Tensor weight = weight(site);
        Tensor bias = tensors.get(site.path() + ".bias");
        Matrix matrix = weight == null ? site.matrix() : new DenseMatrix(owner.own(weight));
        Tensor own = bias == null ? site.bias() : owner.own(bias);
        return new LinearSite(site.path(), site.layer(), site.in(), site.out(), matrix, own);
    }

    /** Layers of one input: where one of them has other tensors, all are laid side by side anew. */
    JoinedLinears linears(JoinedLinears joined) {
        if (joined.sites().stream().noneMatch(this::has)) {
            return joined;
        }
        if (joined.weight() == null) {
            return new JoinedLinears(joined.sites().stream().map(this::linear).toList(), null, null);
        }
        var weights = new ArrayList<Tensor>();
        var biases = new ArrayList<Tensor>();
        boolean biased = false;
        for (LinearSite site : joined.sites()) {
            Tensor weight = weight(site);
            weights.add(weight == null ? site.weight() : weight);
            Tensor other = tensors.get(site.path() + ".bias");
            Tensor bias = other == null ? site.bias() : other;
            biased |= bias != null;
            biases.add(
                    bias == null
                            ? Tensors.zeros(site.weight().dtype(), site.matrix().device(), site.out())
                            : bias);
        }
        Tensor weight = owner.own(Tensor.cat(weights, 0));
        Tensor bias = biased ? owner.own(Tensor.cat(biases, 0)) : null;
        return JoinedLinears.over(weight, bias, joined.sites(), owner);
    }

    NormSite norm(NormSite site) {
        Tensor weight = weight(site);
        return weight == null
                ? site
                : new NormSite(site.path(), site.layer(), owner.own(weight), site.bias(), site.epsilon(), site.kind());
    }

    EmbeddingSite embedding(EmbeddingSite site) {
        Tensor weight = weight(site);
        return weight == null ? site : new EmbeddingSite(site.path(), owner.own(weight));
    }

    private boolean has(LinearSite site) {
        return weight(site) != null || tensors.containsKey(site.path() + ".bias");
    }

    private @Nullable Tensor weight(Site site) {
        return tensors.get(site.path() + ".weight");
    }
}
