package dev.tenon.method.ptuning;

import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** Virtual tokens with the encoder that makes them, or without it once they are made. */
final class PTuningAdapter extends TensorAdapter<PTuningConfig> implements Hooks {
    private final Network model;
    private final PromptEncoder encoder;

    private PTuningAdapter(Network model, PTuningConfig config, PromptEncoder encoder, ParameterSet tensors) {
        super(
                config,
                tensors,
                List.of(ModelOutline.of(model.config()).embedding().path()));
        this.model = model;
        this.encoder = encoder;
    }

    static PTuningAdapter fresh(Network model, PTuningConfig config, long seed) {
        var encoder = new PromptEncoder(config, model.config().hidden());
        var tensors = ParameterSet.filled(model.device(), set -> encoder.start(set, seed));
        return new PTuningAdapter(model, config, encoder, tensors);
    }

    /** With the tokens that an encoder made, from the current scope. */
    static PTuningAdapter made(Network model, PTuningConfig config, Tensor tokens) {
        var tensors = ParameterSet.filled(model.device(), set -> set.train(PromptEncoder.EMBEDDING, tokens));
        return new PTuningAdapter(
                model, config, new PromptEncoder(config, model.config().hidden()), tensors);
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
        return parameters().size() == 1
                ? parameter(PromptEncoder.EMBEDDING)
                : encoder.encode(parameters(), training());
    }
}
