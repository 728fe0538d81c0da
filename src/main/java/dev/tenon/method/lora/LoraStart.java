package dev.tenon.method.lora;

import dev.tenon.method.LowRankStart;
import dev.tenon.method.ParameterSet;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * PEFT's initial weights: A uniform in {@code ±1/√in} (Kaiming with a = √5) or normal with deviation {@code 1/rank}, B
 * zero; for embeddings A zero and B standard normal. A tensor's values depend on the seed and its name alone.
 */
record LoraStart(LoraConfig config, long seed) implements InitialTensors {
    @Override
    public Tensor initial(String name, long[] shape, @Nullable Tensor base) {
        if (base != null) {
            return base.to(Device.cpu()).to(DType.F32).copy();
        }
        RandomGenerator random = ParameterSet.random(seed, name);
        if (name.endsWith(LoraAdapter.A)) {
            return config.initLoraWeights().equals("gaussian")
                    ? Tensors.randn(random, shape).mul(1.0 / shape[0])
                    : LowRankStart.a(seed, name, shape[0], shape[1]);
        }
        return name.endsWith(LoraAdapter.EMBEDDING_B)
                ? Tensors.randn(random, shape)
                : Tensors.zeros(DType.F32, Device.cpu(), shape);
    }
}
