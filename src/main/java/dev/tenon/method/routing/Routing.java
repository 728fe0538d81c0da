package dev.tenon.method.routing;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.Composable;
import dev.tenon.method.MadeOfAdapters;
import dev.tenon.method.Mergeable;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Gates that choose between finished low-rank adapters for every token. */
final class Routing implements MadeOfAdapters<RoutingConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "routing",
                "Routing",
                "composition",
                "Chooses between finished low-rank adapters for every token and layer; only the gates are trained. For one"
                        + " model that does what several adapters do.",
                "y = W x + Σⱼ wⱼ sⱼ Bⱼ Aⱼ x, w = softmax(top-k(G x) / T), A and B frozen",
                "Xu et al. 2025, MeteoRA: Multiple-tasks Embedded LoRA for Large Language Models,"
                        + " https://arxiv.org/abs/2405.13053",
                Set.of("text"));
    }

    @Override
    public Class<RoutingConfig> configType() {
        return RoutingConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return RoutingAdapter.class;
    }

    @Override
    public List<String> sources(RoutingConfig config) {
        return config.sources();
    }

    /** Sums of matrices; whether an adapter is that and nothing else is known when it is open. */
    @Override
    public boolean takes(AdapterMethod<?> method) {
        var type = method.adapterType();
        return Composable.class.isAssignableFrom(type)
                && Mergeable.class.isAssignableFrom(type)
                && !SparseDelta.class.isAssignableFrom(type);
    }

    /** What a source adapts is known then too. */
    @Override
    public void requireFitting(RoutingConfig config, String field, Record source) {}

    private static List<SiteShape> sites(ModelOutline outline, RoutingConfig config) {
        if (config.topK() > config.sources().size()) {
            throw Problem.invalid(
                    "adapter.top_k",
                    "invalid_value",
                    "'adapter.top_k' is %d, and 'adapter.sources' has %d."
                            .formatted(config.topK(), config.sources().size()));
        }
        return Targets.linears(outline, "target_modules", config.targetModules(), List.of());
    }

    @Override
    public Adapter attach(Network model, RoutingConfig config, long seed, List<Adapter> sources) {
        var sites = sites(ModelOutline.of(model.config()), config);
        return make(model, config, sites, set -> {
            var routed = new RoutedSources(sources, sites);
            for (SiteShape site : sites) {
                routed.keep(set, site);
                String gate = site.path() + RoutingAdapter.GATE;
                set.train(gate, Tensors.randn(ParameterSet.random(seed, gate), sources.size(), site.in()));
            }
        });
    }

    @Override
    public Adapter restore(Network model, RoutingConfig config, AdapterTensors tensors) {
        var sites = sites(ModelOutline.of(model.config()), config);
        return make(model, config, sites, set -> {
            long n = config.sources().size();
            for (SiteShape site : sites) {
                String a = site.path() + RoutingAdapter.A;
                String b = site.path() + RoutingAdapter.B;
                String gate = site.path() + RoutingAdapter.GATE;
                long rank = tensors.shape(a)[1];
                set.keep(a, tensors.take(a, n, rank, site.in()));
                set.keep(b, tensors.take(b, n, rank, site.out()));
                set.train(gate, tensors.take(gate, n, site.in()));
            }
            tensors.requireAllTaken();
        });
    }

    private static Adapter make(
            Network model, RoutingConfig config, List<SiteShape> sites, Consumer<ParameterSet> fill) {
        var set = ParameterSet.filled(model.device(), fill);
        return new RoutingAdapter(
                config, set, sites.stream().map(SiteShape::path).toList());
    }

    /** {@code Σ n · in} over the layers. */
    @Override
    public long parameterCount(ModelOutline outline, RoutingConfig config) {
        return sites(outline, config).stream().mapToLong(SiteShape::in).sum()
                * config.sources().size();
    }

    /** The paper's, whatever the width. */
    @Override
    public double learningRate(int hidden) {
        return 5e-4;
    }
}
