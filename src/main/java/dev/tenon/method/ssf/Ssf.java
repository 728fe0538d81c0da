package dev.tenon.method.ssf;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Set;

/** Scaling and shifting of features. */
final class Ssf implements AdapterMethod<SsfConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "ssf",
                "SSF",
                "vector",
                "Scales and shifts what every linear layer and norm puts out. Folds without loss; for data whose"
                        + " features are those of the base at another strength.",
                "y = γ ⊙ (x Wᵀ + b) + β",
                "Lian et al. 2022, Scaling & Shifting Your Features: A New Baseline for Efficient Model Tuning,"
                        + " https://arxiv.org/abs/2210.08823",
                Set.of("text"));
    }

    @Override
    public Class<SsfConfig> configType() {
        return SsfConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return SsfAdapter.class;
    }

    @Override
    public Adapter attach(Network model, SsfConfig config, long seed) {
        return new SsfAdapter(model, config, SsfPlan.of(ModelOutline.of(model.config()), config), seed);
    }

    @Override
    public long parameterCount(ModelOutline outline, SsfConfig config) {
        return SsfPlan.of(outline, config).parameters();
    }

    /** Factors move far: several times LoRA's rate. */
    @Override
    public double learningRate(int hidden) {
        return 3e-3 * Math.pow(2048.0 / hidden, 0.25);
    }
}
