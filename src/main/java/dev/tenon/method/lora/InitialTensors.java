package dev.tenon.method.lora;

import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where an adapter's tensors come from: drawn at random, or read from a folder. */
interface InitialTensors {
    /**
     * The first value of a parameter, float32 on the CPU and owned by the current scope.
     *
     * @param base the model's own tensor of this name, for what is trained whole
     */
    Tensor initial(String name, long[] shape, @Nullable Tensor base);
}
