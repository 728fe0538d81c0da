package dev.tenon.method.prompttuning;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Calibrated;
import dev.tenon.method.Calibration;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.method.PromptFile;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Prompt tuning. */
final class PromptTuning implements AdapterMethod<PromptTuningConfig>, Calibrated<PromptTuningConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "prompttuning",
                "Prompt tuning",
                "prompt",
                "Learns a few tokens that stand before every text, and nothing inside the model. The smallest adapter"
                        + " there is: for large bases and many tasks.",
                "h = f([P; E(x)])",
                "Lester et al. 2021, The Power of Scale for Parameter-Efficient Prompt Tuning,"
                        + " https://arxiv.org/abs/2104.08691",
                Set.of("text"),
                "Every virtual token goes through all layers and is attended to like a token of the text, while it trains"
                        + " only as many values as the model is wide: as many values as a LoRA has take hundreds of tokens"
                        + " before every text. The usual 20 make a text of 128 tokens longer by a sixth and a text of 20"
                        + " twice as long, and the step with it.");
    }

    @Override
    public Class<PromptTuningConfig> configType() {
        return PromptTuningConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return PromptTuningAdapter.class;
    }

    @Override
    public Adapter attach(Network model, PromptTuningConfig config, long seed) {
        return new PromptTuningAdapter(model, config, PromptStart.drawn(model, config, seed));
    }

    /** No example is read, but only with data comes the tokenizer that a text needs. */
    @Override
    public int calibrationExamples(PromptTuningConfig config) {
        return config.fromText() ? 1 : 0;
    }

    @Override
    public Adapter attach(Network model, PromptTuningConfig config, long seed, Calibration calibration) {
        long[] text = calibration.tokenizer().apply(config.promptTuningInitText());
        if (text.length == 0) {
            throw Problem.invalid(
                    "adapter.prompt_tuning_init_text",
                    "invalid_value",
                    "'adapter.prompt_tuning_init_text' has no tokens: write some words.");
        }
        return new PromptTuningAdapter(model, config, PromptStart.words(model, config, text));
    }

    /** {@code tokens · hidden}. */
    @Override
    public long parameterCount(ModelOutline outline, PromptTuningConfig config) {
        return (long) config.numVirtualTokens() * outline.embedding().out();
    }

    /** Inputs move far before the model's outputs do: forty times LoRA's rate. */
    @Override
    public double learningRate(int hidden) {
        return 2e-2;
    }

    @Override
    public String peftType() {
        return "PROMPT_TUNING";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (PromptTuningConfig) PromptFile.ofEmbeddings(model.config())
                .settings("prompttuning", settings)
                .same("prompt_tuning_init")
                .same("prompt_tuning_init_text")
                .skip("tokenizer_name_or_path")
                .skip("tokenizer_kwargs")
                .read();
        try (var scope = Scope.open()) {
            var prompt = PromptFile.read(
                    folder, config.numVirtualTokens(), model.config().hidden());
            return new PromptTuningAdapter(model, config, () -> prompt);
        }
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var prompt = (PromptTuningAdapter) adapter;
        var config = prompt.config();
        var peft = PromptFile.ofEmbeddings(prompt.model().config())
                .begin("PROMPT_TUNING", baseName, config.numVirtualTokens());
        peft.put("prompt_tuning_init", config.promptTuningInit());
        peft.put("prompt_tuning_init_text", config.fromText() ? config.promptTuningInitText() : null);
        peft.put("tokenizer_name_or_path", config.fromText() ? baseName : null);
        AdapterFolder.writeSettings(folder, peft);
        PromptFile.write(prompt.virtualTokens(), folder);
    }
}
