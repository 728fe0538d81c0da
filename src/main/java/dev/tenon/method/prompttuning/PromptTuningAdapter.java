package dev.tenon.method.prompttuning;

import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** Embeddings {@code [tokens, hidden]} before every sequence; the name is PEFT's. */
final class PromptTuningAdapter extends TensorAdapter<PromptTuningConfig> implements Hooks {
    private static final String PROMPT = "prompt_encoder.embedding.weight";

    private final Network model;

    /** @param start the first embeddings, float32 on the CPU in the current scope */
    PromptTuningAdapter(Network model, PromptTuningConfig config, Supplier<Tensor> start) {
        super(
                config,
                ParameterSet.filled(model.device(), set -> set.train(PROMPT, start.get())),
                List.of(ModelOutline.of(model.config()).embedding().path()));
        this.model = model;
    }

    Network model() {
        return model;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public int prefixLength() {
        return config().numVirtualTokens();
    }

    @Override
    public Tensor virtualTokens() {
        return parameter(PROMPT);
    }
}
