package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A frozen decoder: each token sees itself and the tokens before it. */
public interface CausalModel extends Network {
    @Override
    DecoderConfig config();

    /** Room for the keys and values of {@code rows} growing sequences of at most {@code capacity} tokens. */
    default KvCache cache(int rows, int capacity) {
        return cache(rows, capacity, rows * KvCache.pagesFor(capacity));
    }

    /** The same with this many pages for all of them together. */
    default KvCache cache(int rows, int capacity, int pages) {
        return new KvCache(config(), device(), type(), rows, capacity, pages);
    }

    /** All linear layers by the input that they read, in the order of the computation. */
    default List<SiteGroup> groups() {
        return linearSites().stream().map(site -> new SiteGroup(List.of(site))).toList();
    }

    /**
     * The same model but for some tensors, which are used up: all others stay this one's, which must live longer. A step in
     * which rows {@link Hooks#ownModel} belong to it computes those by it. Null where a name is none that a model can have
     * otherwise than by hooks.
     *
     * @param tensors in the model's type, by their names
     */
    default @Nullable CausalModel with(Map<String, Tensor> tensors) {
        return null;
    }

    /**
     * Writes what the hooks have standing before every sequence into an empty row of a cache: keys and values, or
     * virtual tokens. Positions of the row's tokens count on from there.
     */
    void open(int row, KvCache cache, Hooks hooks);

    /**
     * Up to so many tokens of a step, low-rank updates are as quick wherever their matrices lie, so that copies of them side by
     * side are not worth making; of longer steps, too, for rows of one token.
     */
    default int tokensUpdatedWhereTheyAre() {
        return 0;
    }

    /**
     * Appends tokens to some rows of a cache and returns the wanted logits, {@code [wanted tokens, vocabulary]}, in the
     * order of the rows and of their tokens.
     *
     * @param mixing how the hooks of several rows work together
     */
    default Tensor step(List<RowTokens> rows, KvCache cache, Mixing mixing) {
        return step(rows, cache, mixing, null);
    }

    /**
     * The same.
     *
     * @param room where the logits may be, if there is one: then they are the caller's until the next step
     */
    Tensor step(List<RowTokens> rows, KvCache cache, Mixing mixing, @Nullable LogitsRoom room);

    /**
     * The same for rows of one adapter, after each of which the logits are wanted.
     *
     * @param rows which rows of the cache
     * @param tokens the new tokens of each of them, at least one
     */
    default Tensor step(int[] rows, long[][] tokens, KvCache cache, Hooks hooks) {
        var fresh = IntStream.range(0, rows.length)
                .mapToObj(i -> new RowTokens(rows[i], tokens[i], hooks, 1))
                .toList();
        return step(fresh, cache, MixedHooks::of);
    }
}
