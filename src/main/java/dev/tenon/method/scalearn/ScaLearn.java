package dev.tenon.method.scalearn;

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

/** Learned scales on finished bottleneck adapters. */
final class ScaLearn implements MadeOfAdapters<ScaLearnConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "scalearn",
                "ScaLearn",
                "composition",
                "Learns a task by scaling what finished adapters of other tasks add; nothing else is trained. For few"
                        + " examples, near tasks that have adapters already.",
                "y = h + Σₛ ωₛ ⊙ uₛ(h), uₛ frozen",
                "Frohmann et al. 2024, ScaLearn: Simple and Highly Parameter-Efficient Task Transfer by Learning to"
                        + " Scale, https://arxiv.org/abs/2310.01217",
                Set.of("text"));
    }

    @Override
    public Class<ScaLearnConfig> configType() {
        return ScaLearnConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return ScaLearnAdapter.class;
    }

    @Override
    public List<String> sources(ScaLearnConfig config) {
        return config.sources();
    }

    @Override
    public boolean takes(AdapterMethod<?> method) {
        return method instanceof BottleneckSource<?>;
    }

    @Override
    public void requireFitting(ScaLearnConfig config, String field, Record source) {
        config.bottlenecks().require(field, source);
    }

    @Override
    public Adapter attach(Network model, ScaLearnConfig config, long seed, List<Adapter> sources) {
        return ScaLearnAdapter.make(model, config, seed, sources);
    }

    @Override
    public Adapter restore(Network model, ScaLearnConfig config, AdapterTensors tensors) {
        return ScaLearnAdapter.restore(model, config, tensors);
    }

    /** {@code L n d}, shared by the layers {@code n d}, uniform {@code L n} and {@code n}. */
    @Override
    public long parameterCount(ModelOutline outline, ScaLearnConfig config) {
        long layers = config.shared() ? 1 : config.bottlenecks().parts().count(outline);
        long width = config.uniform() ? 1 : outline.embedding().out();
        return layers * config.sources().size() * width;
    }

    /** The paper's, whatever the width: a scale is no weight. */
    @Override
    public double learningRate(int hidden) {
        return 6e-3;
    }
}
