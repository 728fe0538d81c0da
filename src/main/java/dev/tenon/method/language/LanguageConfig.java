package dev.tenon.method.language;

import dev.tenon.core.Problem;
import dev.tenon.method.Activation;
import dev.tenon.method.Setting;

/** The settings of language adapters. */
public record LanguageConfig(
        @Setting(
                title = "Kind",
                description = "seq_bn: bottlenecks alone; seq_bn_inv: also an invertible change of the embeddings, which"
                        + " suits languages whose words the base cuts badly.",
                value = "\"seq_bn\"",
                choices = {"seq_bn", "seq_bn_inv"})
        String kind,

        @Setting(
                title = "Reduction factor",
                description = "How many times narrower the bottlenecks are than the model.",
                value = "16",
                min = 1,
                max = 1024)
        int reductionFactor,

        @Setting(
                title = "Activation",
                description = "The function in the middle of the bottlenecks.",
                value = "\"relu\"",
                choices = {"identity", "relu", "gelu", "gelu_new", "tanh", "silu"},
                advanced = true)
        String activation,

        @Setting(
                title = "Reduction factor of the coupling",
                description = "How many times narrower the invertible part's networks are than half of the model.",
                value = "2",
                min = 1,
                max = 1024,
                advanced = true)
        int invReductionFactor) {

    boolean invertible() {
        return kind.equals("seq_bn_inv");
    }

    Activation function() {
        return Activation.named(activation);
    }

    /** Width of the bottlenecks on a model of this width. */
    int width(int hidden) {
        return divided("reduction_factor", hidden, reductionFactor);
    }

    /**
     * Width of the coupling's networks on a model of this width.
     *
     * @throws Problem 400 when it cannot be halved or divided so
     */
    int couplingWidth(int hidden) {
        if (hidden % 2 != 0) {
            throw Problem.invalid(
                    "adapter.kind",
                    "odd_width",
                    "'adapter.kind' 'seq_bn_inv' halves the model's width, and this model is %d wide: take 'seq_bn'."
                            .formatted(hidden));
        }
        return divided("inv_reduction_factor", hidden / 2, invReductionFactor);
    }

    private static int divided(String field, int whole, int factor) {
        if (factor > whole) {
            throw Problem.invalid(
                    "adapter." + field,
                    "invalid_value",
                    "'adapter.%s' is %d and divides %d on this model: at most %d.".formatted(field, factor, whole, whole));
        }
        return whole / factor;
    }
}
