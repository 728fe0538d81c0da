package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** A frozen decoder. Weights are shared by all callers; what differs between requests comes in as {@link Hooks}. */
public interface CausalModel extends AutoCloseable {
    ModelConfig config();

    Device device();

    DType type();

    /** All sites by path, in the order of the computation. */
    Map<String, Site> sites();

    /** The linear sites among them. */
    default List<LinearSite> linearSites() {
        return sites().values().stream()
                .filter(LinearSite.class::isInstance)
                .map(LinearSite.class::cast)
                .toList();
    }

    /** The last hidden states {@code [tokens, hidden]}, final norm applied. */
    Tensor hidden(Sequences sequences, Hooks hooks);

    /** The residual stream after the embedding and after every block, {@code layers + 1} tensors {@code [tokens, hidden]}. */
    List<Tensor> hiddenStates(Sequences sequences, Hooks hooks);

    /** Logits {@code [tokens, vocabulary]} of hidden states {@code [tokens, hidden]}. */
    Tensor logits(Tensor hidden, Hooks hooks);

    /** Room for the keys and values of {@code rows} growing sequences of at most {@code capacity} tokens. */
    KvCache cache(int rows, int capacity);

    /**
     * Appends tokens to some rows of a cache and returns the logits after the last token of each, {@code [rows,
     * vocabulary]}.
     *
     * @param rows which rows of the cache
     * @param tokens the new tokens of each of them, at least one
     */
    Tensor step(int[] rows, long[][] tokens, KvCache cache, Hooks hooks);

    @Override
    void close();
}
