package dev.tenon.method;

import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.Map;

/** A method whose adapters can hold any change of a base's tensors, so that what is made of adapters is stored as one. */
public interface StoresDeltas {
    /** About how many bytes an adapter with these changes takes in its folder; the most there are where it cannot. */
    long bytes(Network model, Map<String, Tensor> deltas);

    /**
     * A new adapter that makes these changes and nothing else.
     *
     * @param deltas float32, by the names of the base's tensors and of biases that its linear layers lack
     */
    Adapter holding(Network model, Map<String, Tensor> deltas);
}
