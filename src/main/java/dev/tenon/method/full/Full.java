package dev.tenon.method.full;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.StoresDeltas;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Full fine-tuning of chosen modules, kept as a change of the base. */
final class Full implements AdapterMethod<FullConfig>, StoresDeltas {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "full",
                "Full fine-tuning",
                "dense",
                "Trains every value of the modules you choose and keeps how far each has moved. The measure of all other"
                        + " methods; for large datasets and small bases, or for a few small modules.",
                "W' = W + D with D of W's shape trained, zero in the beginning",
                "Ilharco et al. 2023, Editing Models with Task Arithmetic, https://arxiv.org/abs/2212.04089",
                Set.of("text"));
    }

    @Override
    public Class<FullConfig> configType() {
        return FullConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return FullAdapter.class;
    }

    @Override
    public Adapter attach(Network model, FullConfig config, long seed) {
        return new FullAdapter(model, config, FullPlan.of(ModelOutline.of(model.config()), config));
    }

    @Override
    public long parameterCount(ModelOutline outline, FullConfig config) {
        return FullPlan.of(outline, config).parameters();
    }

    /** A tenth of LoRA's. */
    @Override
    public double learningRate(int hidden) {
        return 5e-5 * Math.pow(2048.0 / hidden, 0.75);
    }

    @Override
    public long bytes(Network model, Map<String, Tensor> deltas) {
        return deltas.values().stream().mapToLong(Tensor::bytes).sum();
    }

    @Override
    public Adapter holding(Network model, Map<String, Tensor> deltas) {
        var adapter = attach(model, new FullConfig(ModuleNames.of(), List.copyOf(deltas.keySet())), 0);
        adapter.parameters()
                .forEach((name, place) -> place.copyFrom(java.util.Objects.requireNonNull(deltas.get(name))));
        return adapter;
    }
}
