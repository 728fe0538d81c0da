package dev.tenon.method.corda;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Calibrated;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Set;

/** Low-rank adaptation that starts where the data says. */
final class Corda implements AdapterMethod<CordaConfig>, Calibrated<CordaConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "corda",
                "CorDA",
                "low-rank",
                "LoRA that starts as the part of each layer which matters most for the task's examples, to learn it fast,"
                        + " or least for examples of knowledge to keep.",
                "W C = U S Vᵀ; y = x (W − B₀ A₀)ᵀ + (x Aᵀ) Bᵀ, starting at B₀ = U_r √S_r, A₀ = √S_r V_rᵀ C⁻¹",
                "Yang et al. 2024, CorDA: Context-Oriented Decomposition Adaptation of Large Language Models,"
                        + " https://arxiv.org/abs/2406.05223",
                Set.of("text"));
    }

    @Override
    public Class<CordaConfig> configType() {
        return CordaConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return CordaAdapter.class;
    }

    private static List<SiteShape> targets(ModelOutline outline, CordaConfig config) {
        var sites = Targets.linears(outline, "target_modules", config.targetModules(), config.layersToTransform());
        Targets.requireFitting(sites, "rank", config.rank(), site -> Math.min(site.in(), site.out()));
        return sites;
    }

    @Override
    public int calibrationExamples(CordaConfig config) {
        return config.examples();
    }

    @Override
    public Adapter attach(Network model, CordaConfig config, long seed) {
        throw Problem.invalid(
                "adapter.method",
                "calibration_without_data",
                "'adapter.method' 'corda' starts from training examples, and there are none.");
    }

    @Override
    public Adapter attach(Network model, CordaConfig config, long seed, Calibration calibration) {
        var sites = targets(ModelOutline.of(model.config()), config);
        var tensors = ParameterSet.filled(model.device(), set -> {
            var covariances = InputCovariance.collect(model, sites, calibration);
            for (var site : sites) {
                Tensor covariance = covariances.get(site.path());
                Tensor weight = BaseTensors.require(model, site.path() + ".weight");
                var part = Kernels.callList(
                        "context_pair", weight, covariance, config.rank(), config.scale(), config.keepsKnowledge());
                set.train(site.path() + CordaAdapter.A, part.getFirst().copy());
                set.train(site.path() + CordaAdapter.B, part.getLast().copy());
                set.keep(site.path() + CordaAdapter.START_A, part.getFirst());
                set.keep(site.path() + CordaAdapter.START_B, part.getLast());
            }
        });
        return new CordaAdapter(
                model, config, tensors, sites.stream().map(SiteShape::path).toList());
    }

    /** {@code Σ rank · (in + out)}. */
    @Override
    public long parameterCount(ModelOutline outline, CordaConfig config) {
        return targets(outline, config).stream()
                .mapToLong(site -> config.rank() * ((long) site.in() + site.out()))
                .sum();
    }

    /** Half of LoRA's rate: both factors have their full size from the first step on. */
    @Override
    public double learningRate(int hidden) {
        return 2.5e-4 * Math.pow(2048.0 / hidden, 0.75);
    }
}
