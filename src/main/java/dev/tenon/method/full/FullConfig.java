package dev.tenon.method.full;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** The settings of full fine-tuning. */
public record FullConfig(
        @Setting(
                title = "Target modules",
                description =
                        "Names of the modules to train whole (linear layers with their biases, norms, embeddings),"
                                + " one regular expression for their whole paths, or \"all-linear\" for all linear layers of the"
                                + " blocks.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Single tensors",
                description =
                        "Whole names of tensors to train beside those modules, for example model.norm.weight. A bias"
                                + " that a linear layer lacks starts at zero.",
                value = "[]",
                advanced = true)
        List<String> targetTensors) {
    public FullConfig {
        targetTensors = List.copyOf(targetTensors);
    }
}
