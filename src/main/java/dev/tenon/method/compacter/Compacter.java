package dev.tenon.method.compacter;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.SavedModules;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Set;

/** Compacter and Compacter++. */
final class Compacter implements AdapterMethod<CompacterConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "compacter",
                "Compacter",
                "bottleneck",
                "Bottleneck adapters whose matrices are sums of Kronecker products with factors shared by all layers."
                        + " For bottlenecks at a hundredth of their size.",
                "y = h + gelu(h H_down + b) H_up + c with H = Σᵢ Aᵢ ⊗ (sᵢ tᵢ)",
                "Karimi Mahabadi et al. 2021, Compacter: Efficient Low-Rank Hypercomplex Adapter Layers,"
                        + " https://arxiv.org/abs/2106.04647",
                Set.of("text"));
    }

    @Override
    public Class<CompacterConfig> configType() {
        return CompacterConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return CompacterAdapter.class;
    }

    @Override
    public Adapter attach(Network model, CompacterConfig config, long seed) {
        return CompacterAdapter.make(model, config, seed);
    }

    /** {@code n³ + adapters · (2q(d + m) + m + d)}, and the norms where they are trained. */
    @Override
    public long parameterCount(ModelOutline outline, CompacterConfig config) {
        int hidden = outline.embedding().out();
        int width = config.width(hidden);
        long adapter = KroneckerFactors.parameters(hidden, width, config.phmRank())
                + KroneckerFactors.parameters(width, hidden, config.phmRank());
        long shared = (long) config.phmDim() * config.phmDim() * config.phmDim();
        return shared
                + config.branches().count(outline) * adapter
                + SavedModules.elements(CompacterAdapter.normTensors(outline, config));
    }

    /** The paper's rate at a width of 768, and more below it. */
    @Override
    public double learningRate(int hidden) {
        return 3e-3 * Math.pow(768.0 / hidden, 0.25);
    }
}
