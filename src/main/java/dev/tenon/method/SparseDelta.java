package dev.tenon.method;

import java.util.Map;

/**
 * An adapter that changes chosen entries of the model's matrices and nothing else. It is switched in place in time
 * proportional to the entries, whatever the size of the matrices: {@link Scatter}.
 */
public interface SparseDelta extends Adapter {
    /** The entries by name of the model's tensor, for example {@code model.layers.0.mlp.up_proj.weight}. */
    Map<String, SparseEntries> entries();
}
