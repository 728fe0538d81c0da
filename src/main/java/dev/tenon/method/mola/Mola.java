package dev.tenon.method.mola;

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
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Set;

/** A mixture of low-rank experts in which every token takes the best few. */
final class Mola implements AdapterMethod<MolaConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "mola",
                "MoLA",
                "mixture",
                "Several LoRA experts a layer, of which every token takes the best few; blocks may have different numbers."
                        + " When a dataset mixes different tasks.",
                "y = x Wᵀ + (alpha / rank) Σ_e g_e (x A_eᵀ) B_eᵀ, g the k largest of softmax(x W_gᵀ) brought to the sum 1",
                "Gao et al. 2024, Higher Layers Need More LoRA Experts, https://arxiv.org/abs/2402.08562",
                Set.of("text"),
                "Every layer asks a router of its own and computes all its experts before it keeps two of them: at five experts"
                        + " of rank 1 a step takes a fifth to a third longer than with a LoRA of as many values.");
    }

    @Override
    public Class<MolaConfig> configType() {
        return MolaConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return MolaAdapter.class;
    }

    private static List<SiteShape> targets(ModelOutline outline, MolaConfig config) {
        var sites = Targets.linears(outline, "target_modules", config.targetModules(), config.layersToTransform());
        Targets.requireFitting(sites, "rank", config.rank(), site -> Math.min(site.in(), site.out()));
        int layers = layers(outline);
        if (config.experts().isEmpty() || config.experts().size() > layers) {
            throw Problem.invalid(
                    "adapter.experts",
                    "invalid_value",
                    "'adapter.experts' has %d numbers and must have 1 to %d, the blocks of this model."
                            .formatted(config.experts().size(), layers));
        }
        return sites;
    }

    private static int layers(ModelOutline outline) {
        return outline.linears().stream().mapToInt(SiteShape::layer).max().orElse(0) + 1;
    }

    @Override
    public Adapter attach(Network model, MolaConfig config, long seed) {
        var outline = ModelOutline.of(model.config());
        var sites = targets(outline, config);
        int layers = layers(outline);
        var tensors = ParameterSet.filled(
                model.device(),
                set -> sites.forEach(site -> fill(set, site, config, config.expertsAt(site.layer(), layers), seed)));
        return new MolaAdapter(
                config, tensors, sites.stream().map(SiteShape::path).toList());
    }

    private static void fill(ParameterSet set, SiteShape site, MolaConfig config, long experts, long seed) {
        long rank = config.rank();
        String a = site.path() + MolaAdapter.A;
        String router = site.path() + MolaAdapter.ROUTER;
        set.train(
                a,
                LowRankStart.a(seed, a, experts * rank, site.in())
                        .reshape(experts, rank, site.in())
                        .copy());
        set.train(site.path() + MolaAdapter.B, Tensors.zeros(DType.F32, Device.cpu(), experts, rank, site.out()));
        if (experts > 1) {
            set.train(router, LowRankStart.a(seed, router, experts, site.in()));
        }
    }

    /** {@code Σ experts · (rank · (in + out) + in)}; where there is one expert nothing routes and {@code in} falls away. */
    @Override
    public long parameterCount(ModelOutline outline, MolaConfig config) {
        int layers = layers(outline);
        return targets(outline, config).stream()
                .mapToLong(site -> parameters(site, config.expertsAt(site.layer(), layers), config.rank()))
                .sum();
    }

    private static long parameters(SiteShape site, long experts, long rank) {
        return experts * rank * ((long) site.in() + site.out()) + (experts > 1 ? experts * site.in() : 0);
    }

    /** LoRA's rate: every expert is a LoRA, and routers hardly depend on it. */
    @Override
    public double learningRate(int hidden) {
        return 5e-4 * Math.pow(2048.0 / hidden, 0.75);
    }
}
