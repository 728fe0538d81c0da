package dev.tenon.method.ptuning;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.PeftFormat;
import dev.tenon.method.PromptFile;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** P-tuning. */
final class PTuning implements AdapterMethod<PTuningConfig>, PeftFormat {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "ptuning",
                "P-tuning",
                "prompt",
                "Learns tokens that stand before every text, made by a small network while training. Steadier to train"
                        + " than prompt tuning and as small afterwards.",
                "h = f([g(P); E(x)]), g an MLP or an LSTM",
                "Liu et al. 2021, GPT Understands, Too, https://arxiv.org/abs/2103.10385",
                Set.of("text"),
                "Every virtual token goes through all layers and is attended to like a token of the text: the usual 20 make"
                        + " a text of 128 tokens longer by a sixth and a text of 20 twice as long, and the step with it. The"
                        + " network that makes the tokens adds little and only while training.");
    }

    @Override
    public Class<PTuningConfig> configType() {
        return PTuningConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return PTuningAdapter.class;
    }

    @Override
    public Adapter attach(Network model, PTuningConfig config, long seed) {
        return PTuningAdapter.fresh(model, config, seed);
    }

    /** {@code tokens · hidden}, and the encoder's matrices and biases. */
    @Override
    public long parameterCount(ModelOutline outline, PTuningConfig config) {
        int hidden = outline.embedding().out();
        return (long) config.numVirtualTokens() * hidden
                + new PromptEncoder(config, hidden)
                        .shapes().values().stream()
                                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                                .sum();
    }

    /** That of a small network rather than of its tokens. */
    @Override
    public double learningRate(int hidden) {
        return 2e-3;
    }

    @Override
    public String peftType() {
        return "P_TUNING";
    }

    @Override
    public Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (PTuningConfig) PromptFile.ofEmbeddings(model.config())
                .settings("ptuning", settings)
                .same("encoder_reparameterization_type")
                .same("encoder_hidden_size")
                .same("encoder_num_layers")
                .same("encoder_dropout")
                .read();
        try (var scope = Scope.open()) {
            var tokens = PromptFile.read(
                    folder, config.numVirtualTokens(), model.config().hidden());
            return PTuningAdapter.made(model, config, tokens);
        }
    }

    @Override
    public void save(Adapter adapter, Path folder, String baseName) {
        var tuned = (PTuningAdapter) adapter;
        var config = tuned.config();
        int hidden = tuned.model().config().hidden();
        var peft =
                PromptFile.ofEmbeddings(tuned.model().config()).begin("P_TUNING", baseName, config.numVirtualTokens());
        peft.put("encoder_reparameterization_type", config.encoderReparameterizationType());
        peft.put("encoder_hidden_size", config.innerWidth(hidden));
        peft.put("encoder_num_layers", config.encoderNumLayers());
        peft.put("encoder_dropout", config.encoderDropout());
        AdapterFolder.writeSettings(folder, peft);
        try (var scope = Scope.open()) {
            PromptFile.write(tuned.virtualTokens(), folder);
        }
    }
}
