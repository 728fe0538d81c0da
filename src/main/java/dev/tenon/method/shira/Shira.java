package dev.tenon.method.shira;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.Calibrated;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Sparse high-rank adapters. */
final class Shira implements AdapterMethod<ShiraConfig>, Calibrated<ShiraConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "shira",
                "SHiRA",
                "sparse",
                "Trains one or two per cent of the entries of the weights. Switched in place faster than anything else,"
                        + " and several blend with little interference.",
                "W' = W + S, S zero but for rank · (in + out) chosen entries",
                "Bhardwaj et al. 2024, Sparse High Rank Adapters, https://arxiv.org/abs/2406.13175",
                Set.of("text"));
    }

    @Override
    public Class<ShiraConfig> configType() {
        return ShiraConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return ShiraAdapter.class;
    }

    @Override
    public Adapter attach(Network model, ShiraConfig config, long seed) {
        var plan = ShiraPlan.of(ModelOutline.of(model.config()), config);
        return new ShiraAdapter(model, plan, new Places(plan, model, seed, Map.of()));
    }

    @Override
    public int calibrationExamples(ShiraConfig config) {
        return config.needsGradients() ? config.calibrationExamples() : 0;
    }

    @Override
    public Adapter attach(Network model, ShiraConfig config, long seed, Calibration calibration) {
        var plan = ShiraPlan.of(ModelOutline.of(model.config()), config);
        try (var scope = Scope.open()) {
            var gradients = WeightGradients.collect(model, plan.sites(), calibration);
            return new ShiraAdapter(model, plan, new Places(plan, model, seed, gradients));
        }
    }

    /** What was chosen lies beside the values, so nothing is looked at again. */
    @Override
    public Adapter restore(Network model, ShiraConfig config, AdapterTensors tensors) {
        var adapter = ShiraFile.blank(model, config);
        try {
            tensors.fill(adapter);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    @Override
    public long parameterCount(ModelOutline outline, ShiraConfig config) {
        return ShiraPlan.of(outline, config).parameters();
    }

    /** Half of LoRA's: the entries are the weights' own. */
    @Override
    public double learningRate(int hidden) {
        return 2.5e-4 * Math.pow(2048.0 / hidden, 0.75);
    }

    @Override
    public String peftType() {
        return "SHIRA";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        return ShiraFile.load(model, folder, settings);
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        ShiraFile.save((ShiraAdapter) adapter, folder, baseName);
    }
}
