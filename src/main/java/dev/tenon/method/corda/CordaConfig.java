package dev.tenon.method.corda;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** CorDA's settings. */
record CordaConfig(
        @Setting(
                title = "Rank",
                description = "Width of the update: more learns more, and takes more memory.",
                value = "8",
                min = 1,
                max = 4096)
        int rank,

        @Setting(
                title = "Alpha",
                description = "Strength of what is learnt, which is scaled by alpha / rank; the start is the same for all.",
                value = "8",
                min = 0,
                aboveMin = true,
                max = 1e6)
        double alpha,

        @Setting(
                title = "Mode",
                description = "ipm trains what matters most for the examples, to learn them fast; kpm trains what matters"
                        + " least, to keep what the examples stand for.",
                value = "\"ipm\"",
                choices = {"ipm", "kpm"})
        String mode,

        @Setting(
                title = "Calibration examples",
                description = "How many training examples are looked at before training.",
                value = "256",
                min = 1,
                max = 10_000,
                advanced = true)
        int examples,

        @Setting(
                title = "Dropout",
                description = "Part of the update's inputs that is dropped while training; helps on small datasets.",
                value = "0.0",
                min = 0,
                max = 1,
                belowMax = true,
                advanced = true)
        double dropout,

        @Setting(
                title = "Target modules",
                description = "Names of the layers to adapt, one regular expression for their whole paths, or"
                        + " \"all-linear\" for all but the output head.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Layers",
                description = "Numbers of the only blocks to adapt, counted from 0; none means all.",
                value = "[]",
                min = 0,
                max = 10_000,
                advanced = true)
        List<Integer> layersToTransform) {

    double scale() {
        return alpha / rank;
    }

    /** Whether the part that matters least for the examples is trained. */
    boolean keepsKnowledge() {
        return mode.equals("kpm");
    }
}
