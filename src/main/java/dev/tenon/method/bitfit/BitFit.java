package dev.tenon.method.bitfit;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Set;

/** Training of the biases alone. */
final class BitFit implements AdapterMethod<BitFitConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "bitfit",
                "BitFit",
                "vector",
                "Trains the biases and nothing else. For small datasets, on bases that have biases; others can be given"
                        + " new ones.",
                "y = x Wᵀ + b with b trained",
                "Ben Zaken et al. 2021, BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked"
                        + " Language-models, https://arxiv.org/abs/2106.10199",
                Set.of("text"));
    }

    @Override
    public Class<BitFitConfig> configType() {
        return BitFitConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return BitFitAdapter.class;
    }

    @Override
    public Adapter attach(Network model, BitFitConfig config, long seed) {
        return new BitFitAdapter(model, config, BitFitPlan.of(ModelOutline.of(model.config()), config));
    }

    @Override
    public long parameterCount(ModelOutline outline, BitFitConfig config) {
        return BitFitPlan.of(outline, config).parameters();
    }

    /** Biases move far: several times LoRA's rate. */
    @Override
    public double learningRate(int hidden) {
        return 3e-3 * Math.pow(2048.0 / hidden, 0.25);
    }
}
