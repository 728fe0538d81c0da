package dev.tenon.method.prefixtuning;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.method.PromptFile;
import dev.tenon.method.SavedModules;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Prefix tuning. */
final class PrefixTuning implements AdapterMethod<PrefixTuningConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "prefixtuning",
                "Prefix tuning",
                "prompt",
                "Learns keys and values that stand before every text in every layer. Learns more than a prompt of as"
                        + " many tokens, and a cache holds it at no cost a token.",
                "softmax(q [Kp; K]ᵀ / √size) [Vp; V] at every attention",
                "Li and Liang 2021, Prefix-Tuning: Optimizing Continuous Prompts for Generation,"
                        + " https://arxiv.org/abs/2101.00190",
                Set.of("text"));
    }

    @Override
    public Class<PrefixTuningConfig> configType() {
        return PrefixTuningConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return PrefixTuningAdapter.class;
    }

    @Override
    public Adapter attach(Network model, PrefixTuningConfig config, long seed) {
        return PrefixTuningAdapter.fresh(model, shape(model, config), seed);
    }

    private static PrefixShape shape(Network model, PrefixTuningConfig config) {
        return PrefixShape.of(ModelOutline.of(model.config()), config);
    }

    /**
     * {@code 2 · layers · width · tokens}, or with a projection {@code tokens · width + inner · (width + 1) + 2 · layers ·
     * width · (inner + 1)}.
     */
    @Override
    public long parameterCount(ModelOutline outline, PrefixTuningConfig config) {
        return SavedModules.elements(PrefixShape.of(outline, config).shapes());
    }

    /** Keys and values move further than weights do. */
    @Override
    public double learningRate(int hidden) {
        return 1e-2;
    }

    @Override
    public String peftType() {
        return "PREFIX_TUNING";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (PrefixTuningConfig) PromptFile.ofKeyValues(model.config())
                .settings("prefixtuning", settings)
                .same("prefix_projection")
                .same("encoder_hidden_size")
                .same("init_weights")
                .read();
        var shape = shape(model, config);
        try (var scope = Scope.open()) {
            var flat = PromptFile.read(folder, config.numVirtualTokens(), shape.flatWidth());
            return PrefixTuningAdapter.made(model, shape, flat);
        }
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var prefix = (PrefixTuningAdapter) adapter;
        var config = prefix.config();
        var peft = PromptFile.ofKeyValues(prefix.model().config())
                .begin("PREFIX_TUNING", baseName, config.numVirtualTokens());
        peft.put("encoder_hidden_size", prefix.shape().innerWidth());
        peft.put("prefix_projection", config.prefixProjection());
        peft.put("init_weights", config.fromZero() ? PrefixTuningConfig.ZERO : null);
        AdapterFolder.writeSettings(folder, peft);
        try (var scope = Scope.open()) {
            PromptFile.write(prefix.flat(), folder);
        }
    }
}
