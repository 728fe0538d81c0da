package dev.tenon.method.shira;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** The settings of SHiRA, mostly named as in PEFT's files, where {@code rank} is {@code r}. */
public record ShiraConfig(
        @Setting(
                title = "Rank",
                description = "Number of trained entries a matrix, as the rank of a LoRA of the same size: rank ·"
                        + " (in + out).",
                value = "8",
                min = 1,
                max = 65_536)
        int rank,

        @Setting(
                title = "Entries",
                description = "Which entries are trained: drawn at random, the largest weights (magnitude), those with"
                        + " the largest gradients on examples (gradient), weight times gradient (snip), or a diagonal"
                        + " with whole rows and columns (structured).",
                value = "\"random\"",
                choices = {RANDOM, MAGNITUDE, GRADIENT, SNIP, STRUCTURED})
        String maskType,

        @Setting(
                title = "Target modules",
                description = "Names of the layers to adapt, one regular expression for their whole paths, or"
                        + " \"all-linear\" for all but the output head.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Random seed",
                description = "Decides what is drawn at random, in every layer alike; 0 takes the job's own seed.",
                value = "0",
                min = 0,
                max = 2_147_483_647,
                advanced = true)
        int randomSeed,

        @Setting(
                title = "Calibration examples",
                description = "How many training examples are looked at for gradients.",
                value = "32",
                min = 1,
                max = 1024,
                advanced = true)
        int calibrationExamples,

        @Setting(
                title = "Fully trained modules",
                description = "Names of modules to train whole beside the entries, for example lm_head.",
                value = "[]",
                advanced = true)
        List<String> modulesToSave) {
    static final String RANDOM = "random";
    static final String MAGNITUDE = "magnitude";
    static final String GRADIENT = "gradient";
    static final String SNIP = "snip";
    static final String STRUCTURED = "structured";

    public ShiraConfig {
        modulesToSave = List.copyOf(modulesToSave);
    }

    boolean needsGradients() {
        return maskType.equals(GRADIENT) || maskType.equals(SNIP);
    }
}
