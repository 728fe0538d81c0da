package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A frozen network with named sites. Weights are shared by all callers; what differs comes in as {@link Hooks}. */
public interface Network extends AutoCloseable {
    ModelConfig config();

    Device device();

    DType type();

    /** All sites by path, in the order of the computation. */
    Map<String, Site> sites();

    /** The linear sites among them. */
    default List<LinearSite> linearSites() {
        return sites(LinearSite.class);
    }

    /** The form in which the matrices of its blocks are kept, null where they are dense. */
    default @Nullable Quantisation quantisation() {
        return linearSites().stream()
                .map(site -> site.matrix().form())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The sites of one kind, in the order of the computation. */
    default <S extends Site> List<S> sites(Class<S> kind) {
        return sites().values().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** The last hidden states {@code [tokens, hidden]}; virtual tokens of the hooks are not among them. */
    Tensor hidden(Sequences sequences, Hooks hooks);

    /** The residual stream after the embedding and after every block, {@code layers + 1} tensors {@code [tokens, hidden]}. */
    List<Tensor> hiddenStates(Sequences sequences, Hooks hooks);

    /**
     * Logits {@code [tokens, vocabulary]} of hidden states {@code [tokens, hidden]}: of the next token in a decoder, of
     * the token that was masked in an encoder.
     *
     * @throws dev.tenon.core.Problem 400 where an encoder's checkpoint has no head for masked tokens
     */
    Tensor logits(Tensor hidden, Hooks hooks);

    @Override
    void close();
}
