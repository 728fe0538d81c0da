package dev.tenon.method.paca;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Set;

/** Training of a few columns of each matrix. */
final class Paca implements AdapterMethod<PacaConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "paca",
                "PaCA",
                "sparse",
                "Trains a few columns of the weights themselves, drawn at random: half of LoRA's values at the same rank."
                        + " Served, summed and exported like a LoRA.",
                "y = x W'ᵀ, W'[:, I] = s · P for rank columns I, W' = W elsewhere, s = alpha / rank",
                "Woo et al. 2025, PaCA: Partial Connection Adaptation for Efficient Fine-Tuning,"
                        + " https://arxiv.org/abs/2503.01905",
                Set.of("text"));
    }

    @Override
    public Class<PacaConfig> configType() {
        return PacaConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return PacaAdapter.class;
    }

    @Override
    public Adapter attach(Network model, PacaConfig config, long seed) {
        return new PacaAdapter(model, config, sites(ModelOutline.of(model.config()), config), seed);
    }

    private static List<SiteShape> sites(ModelOutline outline, PacaConfig config) {
        var sites = Targets.linears(outline, "target_modules", config.targetModules(), List.of());
        Targets.requireFitting(sites, "rank", config.rank(), SiteShape::in);
        return sites;
    }

    /** {@code Σ rank · out}. */
    @Override
    public long parameterCount(ModelOutline outline, PacaConfig config) {
        return sites(outline, config).stream()
                .mapToLong(site -> (long) config.rank() * site.out())
                .sum();
    }

    /** The authors', for a width of 2048; a column moves alpha / rank times as far. */
    @Override
    public double learningRate(int hidden) {
        return 1e-4 * Math.pow(2048.0 / hidden, 0.75);
    }
}
