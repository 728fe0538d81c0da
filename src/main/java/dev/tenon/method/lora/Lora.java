package dev.tenon.method.lora;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Low-rank adaptation. */
final class Lora implements AdapterMethod<LoraConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "lora",
                "LoRA",
                "low-rank",
                "Adds a product of two thin matrices to chosen linear layers. The method to start with: it trains fast,"
                        + " folds into the weights and is read by every server.",
                "y = x Wᵀ + (alpha / rank) · (x Aᵀ) Bᵀ",
                "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models, https://arxiv.org/abs/2106.09685",
                Set.of("text"));
    }

    @Override
    public Class<LoraConfig> configType() {
        return LoraConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return SummandLora.class;
    }

    @Override
    public Adapter attach(Network model, LoraConfig config, long seed) {
        var outline = ModelOutline.of(model.config());
        var plan = LoraPlan.of(outline, config);
        plan.requireSensible(outline, config);
        return LoraAdapter.make(model, config, plan, new LoraStart(config, seed));
    }

    @Override
    public long parameterCount(ModelOutline outline, LoraConfig config) {
        var plan = LoraPlan.of(outline, config);
        plan.requireSensible(outline, config);
        return plan.parameters(config);
    }

    @Override
    public Map<String, String> knownAs() {
        return Map.of(
                "dora", "\"use_dora\": true",
                "rslora", "\"use_rslora\": true",
                "pissa", "\"init_lora_weights\": \"pissa\"",
                "lora+", "\"lora_plus_ratio\": 16",
                "qlora", "\"quantization\": \"nf4\"");
    }

    /** 5e-4 at a width of 2,048 and more below it: docs/benchmarks.md has the sweep that it comes from. */
    @Override
    public double learningRate(int hidden) {
        return 5e-4 * Math.pow(2048.0 / hidden, 0.75);
    }

    @Override
    public String peftType() {
        return "LORA";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = LoraPeftSettings.read(settings);
        var plan = LoraPlan.of(model, config);
        try (var tensors = LoraPeftTensors.open(folder, plan, config)) {
            var adapter = LoraAdapter.make(model, config, plan, tensors);
            try {
                tensors.requireSameBase(adapter);
                adapter.readFromPeft(tensors.storedBases());
                return adapter;
            } catch (RuntimeException e) {
                adapter.close();
                throw e;
            }
        }
    }

    /**
     * What began as a part of the layers' matrices is written as the plain LoRA of twice the rank, which every reader
     * serves on the unchanged base: PEFT's own form would make each reader decompose the base again. What came in that
     * form goes out in it.
     */
    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var lora = (LoraAdapter) adapter;
        if (lora.config().startsFromWeights() && !lora.isFromPeft()) {
            try (var plain = lora.asPlain()) {
                write(plain, folder, baseName);
            }
        } else {
            write(lora, folder, baseName);
        }
    }

    private static void write(LoraAdapter lora, Path folder, String baseName) {
        LoraPeftTensors.write(lora, folder);
        LoraPeftSettings.write(lora, folder, baseName);
    }
}
