package dev.tenon.method.ssf;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;

/** The settings of SSF. */
public record SsfConfig(
        @Setting(
                title = "Target modules",
                description = "Names of the linear layers whose outputs are scaled and shifted, one regular expression"
                        + " for their whole paths, or \"all-linear\".",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Norms",
                description = "Whether the outputs of all norms are scaled and shifted as well.",
                value = "true")
        boolean norms,

        @Setting(
                title = "Shift",
                description = "Where to shift: everywhere, as in the paper, or only where the base has a bias. Only the"
                        + " second merges into an ordinary model where the base has layers without biases.",
                value = "\"everywhere\"",
                choices = {"everywhere", "biases"})
        String shift) {
    boolean everywhere() {
        return shift.equals("everywhere");
    }
}
