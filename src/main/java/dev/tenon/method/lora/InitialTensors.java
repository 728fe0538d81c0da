package dev.tenon.method.lora;

import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where an adapter's tensors come from: drawn at random, or read from a folder. */
interface InitialTensors {
    /**
     * The first value of a parameter, float32 on the CPU and owned by the current scope.
     *
     * @param base what it starts as where that is not drawn: the model's own tensor for what is trained whole, its
     *     rows' lengths for a magnitude, a part of it for a pair
     */
    Tensor initial(String name, long[] shape, @Nullable Tensor base);
}
