package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Locale;

/** Random weights of deviation 0.02 (norms are ones), for benchmarks. */
final class RandomWeights implements Weights {
    private static final double DEVIATION = 0.02;

    private final Device device;
    private final DType type;

    RandomWeights(Device device, DType type) {
        this.device = device;
        this.type = type;
    }

    @Override
    public Tensor tensor(String name, long... shape) {
        return name.toLowerCase(Locale.ROOT).contains("norm") && name.endsWith(".weight")
                ? Tensors.ones(type, device, shape)
                : Tensors.randnOn(device, type, DEVIATION, shape);
    }
}
