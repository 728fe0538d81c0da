package dev.tenon.method.lntuning;

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

/** Training of the norms alone. */
final class LnTuning implements AdapterMethod<LnTuningConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "lntuning",
                "LN-tuning",
                "vector",
                "Trains the weights of the norms and nothing else. The smallest change that reaches every block; for"
                        + " a shift of style or domain.",
                "y = w ⊙ x̂ + b with w and b trained",
                "Qi et al. 2022, Parameter-Efficient Tuning on Layer Normalization for Pre-trained Language Models,"
                        + " https://arxiv.org/abs/2211.08682; Zhao et al. 2023, Tuning LayerNorm in Attention,"
                        + " https://arxiv.org/abs/2312.11420",
                Set.of("text"));
    }

    @Override
    public Class<LnTuningConfig> configType() {
        return LnTuningConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return LnTuningAdapter.class;
    }

    @Override
    public Adapter attach(Network model, LnTuningConfig config, long seed) {
        return new LnTuningAdapter(model, config, LnTuningPlan.of(ModelOutline.of(model.config()), config));
    }

    @Override
    public long parameterCount(ModelOutline outline, LnTuningConfig config) {
        return LnTuningPlan.of(outline, config).parameters();
    }

    /** Norm weights move far: several times LoRA's rate. */
    @Override
    public double learningRate(int hidden) {
        return 5e-3 * Math.pow(2048.0 / hidden, 0.25);
    }

    @Override
    public String peftType() {
        return "LN_TUNING";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (LnTuningConfig) new PeftSettings("lntuning", settings)
                .same("target_modules")
                .same("exclude_modules")
                .list("modules_to_save")
                .read();
        return PeftTensors.fill(attach(model, config, 0), folder);
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var own = (LnTuningAdapter) adapter;
        var config = own.config();
        var peft = PeftSettings.begin("LN_TUNING", baseName);
        peft.put(
                "target_modules",
                config.targetModules().isEmpty()
                        ? own.norms()
                        : config.targetModules().json());
        peft.put("exclude_modules", PeftSettings.orNull(config.excludeModules()));
        peft.put("modules_to_save", PeftSettings.orNull(config.modulesToSave()));
        AdapterFolder.writeSettings(folder, peft);
        PeftTensors.write(adapter, folder);
    }
}
