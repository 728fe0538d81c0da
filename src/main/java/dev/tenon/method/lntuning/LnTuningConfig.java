package dev.tenon.method.lntuning;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** The settings of LN-tuning, named as in PEFT's files. */
public record LnTuningConfig(
        @Setting(
                title = "Target norms",
                description = "Names of the norms to train, or one regular expression for their whole paths; none"
                        + " means all but those of output heads.",
                value = "[]")
        ModuleNames targetModules,

        @Setting(
                title = "Excluded norms",
                description = "Names, or one regular expression, of norms to leave out of the targets.",
                value = "[]",
                advanced = true)
        ModuleNames excludeModules,

        @Setting(
                title = "Fully trained modules",
                description = "Names of other modules to train whole as well, for example lm_head.",
                value = "[]",
                advanced = true)
        List<String> modulesToSave) {
    public LnTuningConfig {
        modulesToSave = List.copyOf(modulesToSave);
    }
}
