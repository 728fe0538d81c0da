package dev.tenon.method.adalora;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.PeftFormat;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Low-rank adaptation whose ranks move to the layers that need them. */
final class AdaLora implements AdapterMethod<AdaLoraConfig>, PeftFormat {
    private static final double DEVIATION = 0.02;

    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "adalora",
                "AdaLoRA",
                "low-rank",
                "LoRA in the form of a singular value decomposition, whose ranks are cut where they matter least while it"
                        + " trains. When layers differ in what they need and a few hundred steps are affordable.",
                "y = x Wᵀ + (alpha / initial rank) · x (P diag(λ) Q)ᵀ",
                "Zhang et al. 2023, AdaLoRA: Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning,"
                        + " https://arxiv.org/abs/2303.10512",
                Set.of("text"));
    }

    @Override
    public Class<AdaLoraConfig> configType() {
        return AdaLoraConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return AdaLoraAdapter.class;
    }

    private static List<SiteShape> targets(ModelOutline outline, AdaLoraConfig config) {
        return Targets.linears(outline, "target_modules", config.targetModules(), config.layersToTransform());
    }

    private static List<SiteShape> sensibleTargets(ModelOutline outline, AdaLoraConfig config) {
        var sites = targets(outline, config);
        Targets.requireFitting(sites, "init_rank", config.initRank(), site -> Math.min(site.in(), site.out()));
        if (config.targetRank() > config.initRank()) {
            throw Problem.invalid(
                    "adapter.target_rank",
                    "budget_not_met",
                    "'adapter.target_rank' is %d and may be at most 'adapter.init_rank', %d: ranks are only cut."
                            .formatted(config.targetRank(), config.initRank()));
        }
        return sites;
    }

    @Override
    public void requireSteps(AdaLoraConfig config, int steps) {
        RankBudget.of(config, 1, steps);
    }

    @Override
    public Adapter attach(Network model, AdaLoraConfig config, long seed) {
        var sites = sensibleTargets(ModelOutline.of(model.config()), config);
        long rank = config.initRank();
        var tensors = ParameterSet.filled(model.device(), set -> {
            for (var site : sites) {
                normal(set, site.path() + AdaLoraAdapter.A, seed, rank, site.in());
                normal(set, site.path() + AdaLoraAdapter.B, seed, site.out(), rank);
                set.train(site.path() + AdaLoraAdapter.E, Tensors.zeros(DType.F32, Device.cpu(), rank, 1));
            }
            Triplets.keepBuffers(set, paths(sites), config);
        });
        return new AdaLoraAdapter(model, config, tensors, paths(sites));
    }

    private static void normal(ParameterSet set, String name, long seed, long... shape) {
        set.train(name, Tensors.randn(ParameterSet.random(seed, name), shape).mul(DEVIATION));
    }

    private static List<String> paths(List<SiteShape> sites) {
        return sites.stream().map(SiteShape::path).toList();
    }

    /** {@code Σ initial rank · (in + out + 1)}. */
    @Override
    public long parameterCount(ModelOutline outline, AdaLoraConfig config) {
        return sensibleTargets(outline, config).stream()
                .mapToLong(site -> config.initRank() * ((long) site.in() + site.out() + 1))
                .sum();
    }

    /** Twice LoRA's rate: P and Q begin fifty times smaller than the orthonormal matrices they become. */
    @Override
    public double learningRate(int hidden) {
        return 1e-3 * Math.pow(2048.0 / hidden, 0.75);
    }

    @Override
    public String peftType() {
        return "ADALORA";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = AdaLoraPeft.config(settings);
        var sites = targets(ModelOutline.of(model.config()), config);
        var ranks = AdaLoraPeft.ranks(settings, paths(sites));
        return AdaLoraPeft.load(model, folder, config, sites, ranks, AdaLoraPeft.total(settings));
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        AdaLoraPeft.save((AdaLoraAdapter) adapter, folder, baseName);
    }
}
