package dev.tenon.method.bottleneck;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Bottleneck;
import dev.tenon.method.BottleneckForm;
import dev.tenon.method.BottleneckSource;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Bottleneck adapters, behind the parts of a block or beside them. */
final class BottleneckAdapters implements AdapterMethod<BottleneckConfig>, BottleneckSource<BottleneckConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "bottleneck",
                "Bottleneck adapters",
                "bottleneck",
                "Puts a narrow two-layer network behind or beside the parts of every block. Reaches what a low-rank"
                        + " change of the weights does not, and cannot be folded into them.",
                "series: y = h + s · act(h Dᵀ) Uᵀ; parallel: y = h + s · act(x Dᵀ) Uᵀ",
                "Hu et al. 2023, LLM-Adapters: An Adapter Family for Parameter-Efficient Fine-Tuning of Large Language"
                        + " Models, https://arxiv.org/abs/2304.01933",
                Set.of("text"));
    }

    @Override
    public Class<BottleneckConfig> configType() {
        return BottleneckConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return BottleneckAdapter.class;
    }

    @Override
    public Adapter attach(Network model, BottleneckConfig config, long seed) {
        return BottleneckAdapter.make(model, config, seed);
    }

    @Override
    public Optional<BottleneckForm> form(BottleneckConfig config) {
        return config.targetModules().isEmpty()
                ? Optional.of(BottleneckForm.named(config.form(), config.placement()))
                : Optional.empty();
    }

    @Override
    public Map<String, Bottleneck> bottlenecks(Adapter adapter) {
        return ((BottleneckAdapter) adapter).bottlenecks();
    }

    @Override
    public long parameterCount(ModelOutline outline, BottleneckConfig config) {
        return Place.parameters(outline, config);
    }

    /** The paper's 3e-4 at a width of 4,096, and more below it. */
    @Override
    public double learningRate(int hidden) {
        return 3e-4 * Math.pow(4096.0 / hidden, 0.75);
    }
}
