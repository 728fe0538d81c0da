package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an adapter does at a model's sites. Every default is the frozen computation and costs nothing. */
public interface Hooks {
    /** The bare base model. */
    Hooks NONE = new Hooks() {};

    /**
     * A linear layer on {@code [tokens, in]}. What only changes the input or the output of the frozen computation
     * belongs into the next two, so that a batch of many adapters computes the frozen part once.
     */
    default Tensor linear(LinearSite site, Tensor x) {
        Tensor fed = linearInput(site, x);
        return linearOutput(site, fed, site.base(fed));
    }

    /**
     * Whether {@link #linear} at this site is something else than the frozen product between the next two. Only asked
     * where {@code linear} is overridden; {@code true} is always right, {@code false} lets the product be shared.
     */
    default boolean replaces(LinearSite site) {
        return true;
    }

    /** What a linear layer is fed with instead of {@code x [tokens, in]}. */
    default Tensor linearInput(LinearSite site, Tensor x) {
        return x;
    }

    /**
     * What a linear layer gives instead of the frozen {@code y [tokens, out]} of what it was fed with. The memory of
     * {@code y} may be used for the result.
     */
    default Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return y;
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

    /** The residual stream {@code [tokens, hidden]} to which a part's output has just been added, before any norm. */
    default Tensor residual(BranchSite site, Tensor x) {
        return x;
    }

    /** The last hidden states {@code [tokens, hidden]} as the output head reads them. */
    default Tensor output(OutputSite site, Tensor hidden) {
        return hidden;
    }

    /** How many positions are taken before every sequence, by {@link #virtualTokens} or {@link #prefix}. */
    default int prefixLength() {
        return 0;
    }

    /** Embeddings {@code [prefixLength, hidden]} that stand before every sequence (Lester et al. 2021), or null. */
    default @Nullable Tensor virtualTokens() {
        return null;
    }

    /** Keys and values that stand before every sequence at one attention, or null. */
    default @Nullable KeyValues prefix(AttentionSite site) {
        return null;
    }

    /**
     * A model whose own computation is all that these hooks do, see {@link CausalModel#with}, otherwise null. A step may
     * compute rows by it instead of asking the hooks.
     */
    default @Nullable CausalModel ownModel() {
        return null;
    }

    /**
     * The updates of a batch when these hooks are nothing but low-rank updates inside the blocks, otherwise null. A model
     * may then compute a whole step at once.
     */
    default @Nullable RankUpdates updatesOnly() {
        return null;
    }

    /**
     * The low-rank pairs by linear site path when these hooks are nothing but such pairs, otherwise empty. A model may
     * then take its hand-derived gradient. Pairs that are not the parameters themselves are made from them on the spot,
     * so that an open tape sees how.
     */
    default Map<String, LowRankPair> lowRankOnly() {
        return Map.of();
    }

    /**
     * The vectors on channels by their places when these hooks are nothing but such vectors, otherwise empty. A server may
     * then compute the rows of many adapters, whatever their methods, in as many operations as those of one. Vectors that are
     * not the parameters themselves are made from them on the spot.
     *
     * @param model that the hooks work on
     */
    default Map<ChannelPlace, Tensor> channelsOnly(Network model) {
        return Map.of();
    }

    /**
     * The bottlenecks by their places when these hooks are nothing but such, otherwise empty. A server may then compute the
     * rows of many adapters with bottlenecks at the same places in as many operations as those of one. Tensors that are not
     * the parameters themselves are made from them on the spot.
     */
    default Map<BottleneckPlace, NarrowNetwork> bottlenecksOnly() {
        return Map.of();
    }
}
