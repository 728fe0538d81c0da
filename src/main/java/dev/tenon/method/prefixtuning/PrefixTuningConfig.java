package dev.tenon.method.prefixtuning;

import dev.tenon.method.Setting;

/** The settings of prefix tuning, named as in PEFT's files. */
public record PrefixTuningConfig(
        @Setting(
                title = "Virtual tokens",
                description = "How many learned keys and values stand before every text in every layer. Each costs a"
                        + " position of the context.",
                value = "20",
                min = 1,
                max = 4096)
        int numVirtualTokens,

        @Setting(
                title = "Projection",
                description = "Make the prefix by a small network while training. Steadier on small datasets; many"
                        + " more values are trained, and as few are kept.",
                value = "false")
        boolean prefixProjection,

        @Setting(
                title = "Projection width",
                description = "Inner width of that network; 0 is the width of all keys of a layer.",
                value = "0",
                min = 0,
                max = 65_536,
                advanced = true)
        int encoderHiddenSize,

        @Setting(
                title = "Initial weights",
                description = "Noise, or zero, which leaves the model nearer to how it was.",
                value = "\"random\"",
                choices = {"random", ZERO},
                advanced = true)
        String initWeights) {
    static final String ZERO = "zero";

    boolean fromZero() {
        return initWeights.equals(ZERO);
    }
}
