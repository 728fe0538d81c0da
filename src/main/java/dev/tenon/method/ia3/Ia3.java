package dev.tenon.method.ia3;

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

/** Infused adapter by inhibiting and amplifying inner activations. */
final class Ia3 implements AdapterMethod<Ia3Config>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "ia3",
                "(IA)³",
                "vector",
                "Scales the channels of keys, values and the feed-forward part by learned factors. A few thousand values"
                        + " a model: for many small tasks with little data.",
                "y = l ⊙ (x Wᵀ + b) in attention, y = (l ⊙ x) Wᵀ + b in the feed-forward part",
                "Liu et al. 2022, Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context"
                        + " Learning, https://arxiv.org/abs/2205.05638",
                Set.of("text"));
    }

    @Override
    public Class<Ia3Config> configType() {
        return Ia3Config.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return Ia3Adapter.class;
    }

    @Override
    public Adapter attach(Network model, Ia3Config config, long seed) {
        return new Ia3Adapter(model, config, Ia3Plan.of(ModelOutline.of(model.config()), config));
    }

    @Override
    public long parameterCount(ModelOutline outline, Ia3Config config) {
        return Ia3Plan.of(outline, config).parameters();
    }

    /** Factors move far: several times LoRA's rate. */
    @Override
    public double learningRate(int hidden) {
        return 5e-3 * Math.pow(2048.0 / hidden, 0.25);
    }

    @Override
    public String peftType() {
        return "IA3";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (Ia3Config) new PeftSettings("ia3", settings)
                .same("target_modules")
                .same("feedforward_modules")
                .same("exclude_modules")
                .list("modules_to_save")
                .skip("init_ia3_weights")
                .read();
        return PeftTensors.fill(attach(model, config, 0), folder);
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var config = ((Ia3Adapter) adapter).config();
        var peft = PeftSettings.begin("IA3", baseName);
        peft.put("target_modules", config.targetModules().json());
        peft.put("feedforward_modules", config.feedforwardModules().json());
        peft.put("exclude_modules", PeftSettings.orNull(config.excludeModules()));
        peft.put("modules_to_save", PeftSettings.orNull(config.modulesToSave()));
        peft.put("fan_in_fan_out", false);
        peft.put("init_ia3_weights", true);
        AdapterFolder.writeSettings(folder, peft);
        PeftTensors.write(adapter, folder);
    }
}
