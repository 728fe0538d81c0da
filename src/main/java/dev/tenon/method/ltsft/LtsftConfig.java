package dev.tenon.method.ltsft;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;

/** The settings of LT-SFT. */
public record LtsftConfig(
        @Setting(
                title = "Density",
                description =
                        "Part of the values that is kept: 0.01 is usual; the paper takes 0.04 for a language and 0.08"
                                + " for a task.",
                value = "0.01",
                min = 0,
                aboveMin = true,
                max = 1)
        double density,

        @Setting(
                title = "Dense part",
                description =
                        "Part of the steps in which every value is trained, to find those that move furthest. The rest"
                                + " trains those alone.",
                value = "0.3",
                min = 0,
                aboveMin = true,
                max = 1,
                belowMax = true)
        double densePart,

        @Setting(
                title = "Penalty",
                description = "Strength of a penalty on moving away from the base, in both phases: the sum of all moves"
                        + " over the number of values. The paper takes 0.1 for languages.",
                value = "0.0",
                min = 0,
                max = 1e6,
                advanced = true)
        double l1,

        @Setting(
                title = "Rounds",
                description =
                        "In how many rounds the values are found, each with both phases and its share of the steps"
                                + " and of the values; a later round starts where the one before ended.",
                value = "1",
                min = 1,
                max = 64,
                advanced = true)
        int rounds,

        @Setting(
                title = "Target modules",
                description = "Names of the modules whose values can be chosen (linear layers with their biases, norms,"
                        + " embeddings), one regular expression for their whole paths, or \"all-linear\". None means all"
                        + " linear layers of the blocks and the embedding.",
                value = "[]",
                advanced = true)
        ModuleNames targetModules) {}
