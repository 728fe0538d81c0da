package dev.tenon.method.dylora;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.LowRankStart;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Set;

/** Low-rank adaptation whose rank is chosen after training. */
final class DyLora implements AdapterMethod<DyLoraConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "dylora",
                "DyLoRA",
                "low-rank",
                "LoRA trained at a random rank in every step, so that it can be cut to any smaller rank later. When it is"
                        + " not known how small an adapter may be.",
                "y = x Wᵀ + (alpha / b) · (x A[:b]ᵀ) B[:, :b]ᵀ, b drawn in every step",
                "Valipour et al. 2023, DyLoRA: Parameter-Efficient Tuning of Pre-trained Models using Dynamic"
                        + " Search-Free Low-Rank Adaptation, https://arxiv.org/abs/2210.07558",
                Set.of("text"));
    }

    @Override
    public Class<DyLoraConfig> configType() {
        return DyLoraConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return DyLoraAdapter.class;
    }

    private static List<SiteShape> targets(ModelOutline outline, DyLoraConfig config) {
        var sites = Targets.linears(outline, "target_modules", config.targetModules(), config.layersToTransform());
        Targets.requireFitting(sites, "rank", config.rank(), site -> Math.min(site.in(), site.out()));
        if (config.leastRank() > config.rank()) {
            throw Problem.invalid(
                    "adapter.least_rank",
                    "invalid_value",
                    "'adapter.least_rank' is %d and may be at most 'adapter.rank', %d."
                            .formatted(config.leastRank(), config.rank()));
        }
        return sites;
    }

    @Override
    public Adapter attach(Network model, DyLoraConfig config, long seed) {
        var sites = targets(ModelOutline.of(model.config()), config);
        var tensors = ParameterSet.filled(model.device(), set -> {
            for (var site : sites) {
                set.train(site.path() + DyLoraAdapter.A, LowRankStart.a(seed, site, config.rank()));
                set.train(site.path() + DyLoraAdapter.B, LowRankStart.b(site, config.rank()));
            }
        });
        return new DyLoraAdapter(
                model, config, tensors, sites.stream().map(SiteShape::path).toList());
    }

    /** {@code Σ rank · (in + out)}. */
    @Override
    public long parameterCount(ModelOutline outline, DyLoraConfig config) {
        return targets(outline, config).stream()
                .mapToLong(site -> config.rank() * ((long) site.in() + site.out()))
                .sum();
    }

    /** LoRA's rate: at every rank it is a LoRA of that rank. */
    @Override
    public double learningRate(int hidden) {
        return 5e-4 * Math.pow(2048.0 / hidden, 0.75);
    }
}
