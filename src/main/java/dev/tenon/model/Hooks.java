package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.Map;

/** What an adapter does at a model's sites. Every default is the frozen computation and costs nothing. */
public interface Hooks {
    /** The bare base model. */
    Hooks NONE = new Hooks() {};

    /** A linear layer on {@code [tokens, in]}. */
    default Tensor linear(LinearSite site, Tensor x) {
        return site.base(x);
    }

    /** A norm on {@code [tokens, hidden]}. */
    default Tensor norm(NormSite site, Tensor x) {
        return site.base(x);
    }

    /** The embedding of ids {@code [tokens]}. */
    default Tensor embedding(EmbeddingSite site, Tensor ids) {
        return site.base(ids);
    }

    /** The output {@code [tokens, hidden]} of a part whose input was {@code input}. */
    default Tensor branch(BranchSite site, Tensor input, Tensor output) {
        return output;
    }

    /**
     * The low-rank pairs by linear site path when these hooks are nothing but such pairs, otherwise empty. A model may
     * then take its hand-derived gradient.
     */
    default Map<String, LowRankPair> lowRankOnly() {
        return Map.of();
    }
}
