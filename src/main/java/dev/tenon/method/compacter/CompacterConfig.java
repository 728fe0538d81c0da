package dev.tenon.method.compacter;

import dev.tenon.core.Problem;
import dev.tenon.method.Activation;
import dev.tenon.method.Branches;
import dev.tenon.method.Setting;

/** The settings of Compacter. */
public record CompacterConfig(
        @Setting(
                title = "Variant",
                description = "compacter: behind both parts of every block; compacter++: behind the feed-forward part"
                        + " alone.",
                value = "\"compacter++\"",
                choices = {"compacter", "compacter++"})
        String variant,

        @Setting(
                title = "Reduction factor",
                description = "How many times narrower the bottleneck is than the model.",
                value = "8",
                min = 1,
                max = 1024)
        int reductionFactor,

        @Setting(
                title = "Kronecker dimension",
                description = "Number of products in each sum and width of the shared matrices; it must divide the"
                        + " model's width and the bottleneck's.",
                value = "4",
                min = 1,
                max = 64)
        int phmDim,

        @Setting(
                title = "Rank",
                description = "Rank of the factors of their own that every adapter has.",
                value = "1",
                min = 1,
                max = 1024)
        int phmRank,

        @Setting(
                title = "Activation",
                description = "The function in the middle.",
                value = "\"gelu_new\"",
                choices = {"identity", "relu", "gelu", "gelu_new", "tanh", "silu"},
                advanced = true)
        String activation,

        @Setting(
                title = "Spread of the shared matrices",
                description = "Deviation of the shared matrices at the start; small is close to the base.",
                value = "0.0001",
                min = 0,
                aboveMin = true,
                max = 1,
                advanced = true)
        double phmInitRange,

        @Setting(
                title = "Train norms",
                description = "Whether the model's norms are trained whole as well, as in the paper's experiments.",
                value = "true")
        boolean trainNorms) {

    Branches branches() {
        return variant.equals("compacter") ? Branches.BOTH : Branches.FEED_FORWARD;
    }

    Activation function() {
        return Activation.named(activation);
    }

    /**
     * Width of the bottleneck on a model of this width.
     *
     * @throws Problem 400 when a matrix of this shape cannot be a sum of Kronecker products of this dimension
     */
    int width(int hidden) {
        int width = hidden / reductionFactor;
        if (width < 1) {
            throw Problem.invalid(
                    "adapter.reduction_factor",
                    "invalid_value",
                    "'adapter.reduction_factor' is %d, and this model is %d wide: at most %d."
                            .formatted(reductionFactor, hidden, hidden));
        }
        if (hidden % phmDim != 0 || width % phmDim != 0) {
            throw Problem.invalid(
                    "adapter.phm_dim",
                    "invalid_value",
                    ("'adapter.phm_dim' is %d and must divide the model's width %d and the bottleneck's %d = %d / %d:"
                                    + " take a smaller one, or another 'adapter.reduction_factor'.")
                            .formatted(phmDim, hidden, width, hidden, reductionFactor));
        }
        int most = Math.min(hidden, width) / phmDim;
        if (phmRank > most) {
            throw Problem.invalid(
                    "adapter.phm_rank",
                    "rank_above_matrix",
                    "'adapter.phm_rank' is %d, and the factors are %d × %d: at most %d."
                            .formatted(phmRank, hidden / phmDim, width / phmDim, most));
        }
        return width;
    }
}
