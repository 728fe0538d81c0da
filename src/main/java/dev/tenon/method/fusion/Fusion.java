package dev.tenon.method.fusion;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.BottleneckSource;
import dev.tenon.method.MadeOfAdapters;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Set;

/** Attention to finished bottleneck adapters. */
final class Fusion implements MadeOfAdapters<FusionConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "fusion",
                "AdapterFusion",
                "composition",
                "Lets every token attend to what finished adapters of other tasks make of it. Needs more examples than"
                        + " scales do, and can weigh the adapters differently for every token.",
                "y = h + (Σₛ pₛ uₛ) Vᵀ, p = softmaxₛ((h Qᵀ + q) · (uₛ Kᵀ)), uₛ frozen",
                "Pfeiffer et al. 2021, AdapterFusion: Non-Destructive Task Composition for Transfer Learning,"
                        + " https://arxiv.org/abs/2005.00247",
                Set.of("text"),
                "At every block it computes all of its sources and three products as wide as the model. It trains five"
                        + " times as many values on the shipped decoder as a LoRA of rank 8, and no setting makes them fewer.");
    }

    @Override
    public Class<FusionConfig> configType() {
        return FusionConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return FusionAdapter.class;
    }

    @Override
    public List<String> sources(FusionConfig config) {
        return config.sources();
    }

    @Override
    public boolean takes(AdapterMethod<?> method) {
        return method instanceof BottleneckSource<?>;
    }

    @Override
    public void requireFitting(FusionConfig config, String field, Record source) {
        config.bottlenecks().require(field, source);
    }

    @Override
    public Adapter attach(Network model, FusionConfig config, long seed, List<Adapter> sources) {
        return FusionAdapter.make(model, config, seed, sources);
    }

    @Override
    public Adapter restore(Network model, FusionConfig config, AdapterTensors tensors) {
        return FusionAdapter.restore(model, config, tensors);
    }

    /** {@code L (3 d² + d)}, however many sources there are. */
    @Override
    public long parameterCount(ModelOutline outline, FusionConfig config) {
        long width = outline.embedding().out();
        return config.bottlenecks().parts().count(outline) * (3 * width * width + width);
    }

    /** The 5e-5 that its authors recommend at a width of 768, and more below it. */
    @Override
    public double learningRate(int hidden) {
        return 5e-5 * Math.pow(768.0 / hidden, 0.75);
    }
}
