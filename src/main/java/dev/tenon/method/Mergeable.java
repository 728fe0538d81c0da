package dev.tenon.method;

import dev.tenon.tensor.Tensor;
import java.util.Set;

/** An adapter that can be folded into the model's own tensors, after which it costs nothing. */
public interface Mergeable extends Adapter {
    /**
     * Names of the model's tensors that folding changes, for example {@code model.layers.0.mlp.up_proj.weight}. A name
     * that ends in {@code .bias} may be new to the model: the linear layer or norm then gets a bias.
     */
    Set<String> foldedNames();

    /** The new value of one of them, in the model's shape and type, owned by the current scope. */
    Tensor folded(String name);
}
