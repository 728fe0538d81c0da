package dev.tenon.method.hra;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** The settings of HRA, named as in PEFT's files but for {@code rank}, which is {@code r} there. */
record HraConfig(
        @Setting(
                title = "Rank",
                description = "Number of reflections a layer. An even number starts as the base; an odd one turns its"
                        + " inputs at random at first.",
                value = "8",
                min = 1,
                max = 4096)
        int rank,

        @Setting(
                title = "Orthogonal reflections",
                description = "Make the reflections of a layer orthogonal to each other, which turns inputs as far as"
                        + " their number allows and never starts as the base.",
                value = "false",
                advanced = true)
        boolean applyGs,

        @Setting(
                title = "Target modules",
                description = "Names of the layers whose inputs are turned, one regular expression for their whole"
                        + " paths, or \"all-linear\" for all but the output head.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Excluded modules",
                description = "Names, or one regular expression, of layers to leave out of the targets.",
                value = "[]",
                advanced = true)
        ModuleNames excludeModules,

        @Setting(
                title = "Layers",
                description = "Numbers of the only blocks to adapt, counted from 0; none means all.",
                value = "[]",
                min = 0,
                max = 10_000,
                advanced = true)
        List<Integer> layersToTransform,

        @Setting(
                title = "Fully trained modules",
                description = "Names of modules to train whole beside the reflections, for example lm_head.",
                value = "[]",
                advanced = true)
        List<String> modulesToSave) {
    HraConfig {
        layersToTransform = List.copyOf(layersToTransform);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** Whether reflections come in pairs of equals at the start. */
    boolean startsInPairs() {
        return rank % 2 == 0 && !applyGs;
    }
}
