package dev.tenon.method.paca;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;

/** PaCA's settings, named as the authors name them, where {@code rank} is {@code r}. */
public record PacaConfig(
        @Setting(
                title = "Rank",
                description =
                        "Number of trained columns a matrix. Twice LoRA's rank gives about as many trained values.",
                value = "16",
                min = 1,
                max = 4096)
        int rank,

        @Setting(
                title = "Alpha",
                description =
                        "Strength of a training step, which moves the columns alpha / rank times as far. Four times"
                                + " the rank is usual.",
                value = "64",
                min = 0,
                aboveMin = true,
                max = 1e6)
        double alpha,

        @Setting(
                title = "Target modules",
                description = "Names of the layers to adapt, one regular expression for their whole paths, or"
                        + " \"all-linear\" for all but the output head.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Random seed",
                description = "Decides which columns are trained; 0 takes the job's own seed.",
                value = "0",
                min = 0,
                max = 2_147_483_647,
                advanced = true)
        int randomSeed) {
    double scale() {
        return alpha / rank;
    }
}
