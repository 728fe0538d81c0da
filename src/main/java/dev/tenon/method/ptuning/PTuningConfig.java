package dev.tenon.method.ptuning;

import dev.tenon.core.Problem;
import dev.tenon.method.Setting;

/** The settings of P-tuning, named as in PEFT's files. */
public record PTuningConfig(
        @Setting(
                title = "Virtual tokens",
                description = "How many learned tokens stand before every text. Each costs a position of the context.",
                value = "20",
                min = 1,
                max = 4096)
        int numVirtualTokens,

        @Setting(
                title = "Encoder",
                description = "The network that makes the tokens while training: an MLP, or an LSTM that also passes"
                        + " along their order.",
                value = "\"MLP\"",
                choices = {MLP, LSTM})
        String encoderReparameterizationType,

        @Setting(
                title = "Encoder width",
                description = "Inner width of the encoder; 0 is the model's own width. It costs nothing after training.",
                value = "0",
                min = 0,
                max = 65_536)
        int encoderHiddenSize,

        @Setting(
                title = "Encoder layers",
                description = "Layers of the LSTM; the MLP always has three.",
                value = "2",
                min = 1,
                max = 16,
                advanced = true)
        int encoderNumLayers,

        @Setting(
                title = "Encoder dropout",
                description = "Part of the values that is dropped between the LSTM's layers while training.",
                value = "0.0",
                min = 0,
                max = 1,
                belowMax = true,
                advanced = true)
        double encoderDropout) {
    static final String MLP = "MLP";
    static final String LSTM = "LSTM";

    public PTuningConfig {
        if (encoderDropout > 0 && encoderReparameterizationType.equals(MLP)) {
            throw Problem.invalid(
                    "adapter.encoder_dropout",
                    "invalid_value",
                    "'adapter.encoder_dropout' acts between the layers of an LSTM; the MLP has none: leave it at 0.");
        }
    }

    boolean recurrent() {
        return encoderReparameterizationType.equals(LSTM);
    }

    int innerWidth(int hidden) {
        return encoderHiddenSize == 0 ? hidden : encoderHiddenSize;
    }
}
