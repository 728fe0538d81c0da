package dev.tenon.method.hra;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.method.PeftSettings;
import dev.tenon.method.PeftTensors;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Householder reflection adaptation. */
final class Hra implements AdapterMethod<HraConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "hra",
                "HRA",
                "orthogonal",
                "Turns the inputs of linear layers by a chain of reflections, which keeps lengths and angles. Half a"
                        + " LoRA's parameters at equal rank; for keeping what the base knows while it learns.",
                "y = x (H₁ H₂ … Hᵣ)ᵀ Wᵀ + b, Hᵢ = I − 2 uᵢuᵢᵀ / |uᵢ|²",
                "Yuan, Liu and Xu 2024, Bridging The Gap between Low-rank and Orthogonal Adaptation via Householder"
                        + " Reflection Adaptation, https://arxiv.org/abs/2405.17484",
                Set.of("text"));
    }

    @Override
    public Class<HraConfig> configType() {
        return HraConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return HraAdapter.class;
    }

    @Override
    public Adapter attach(Network model, HraConfig config, long seed) {
        return new HraAdapter(model, HraPlan.of(ModelOutline.of(model.config()), config), seed);
    }

    @Override
    public long parameterCount(ModelOutline outline, HraConfig config) {
        return HraPlan.of(outline, config).parameters();
    }

    /** Several times LoRA's: only the directions count, and their vectors are longer than one. */
    @Override
    public double learningRate(int hidden) {
        return 3e-3 * Math.pow(2048.0 / hidden, 0.5);
    }

    @Override
    public String peftType() {
        return "HRA";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (HraConfig) new PeftSettings("hra", settings)
                .same("r", "rank")
                .same("apply_GS", "apply_gs")
                .same("target_modules")
                .same("exclude_modules")
                .list("layers_to_transform")
                .list("modules_to_save")
                .only("bias", "none")
                .skip("init_weights")
                .read();
        return PeftTensors.fill(attach(model, config, 0), folder);
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var config = ((HraAdapter) adapter).config();
        var peft = PeftSettings.begin("HRA", baseName);
        peft.put("r", config.rank());
        peft.put("apply_GS", config.applyGs());
        peft.put("target_modules", config.targetModules().json());
        peft.put("exclude_modules", PeftSettings.orNull(config.excludeModules()));
        peft.put("layers_to_transform", config.layersToTransform().isEmpty() ? null : config.layersToTransform());
        peft.put("modules_to_save", PeftSettings.orNull(config.modulesToSave()));
        peft.put("bias", "none");
        peft.put("init_weights", true);
        AdapterFolder.writeSettings(folder, peft);
        PeftTensors.write(adapter, folder);
    }
}
