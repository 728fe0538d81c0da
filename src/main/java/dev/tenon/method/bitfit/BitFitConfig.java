package dev.tenon.method.bitfit;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;

/** The settings of BitFit. */
public record BitFitConfig(
        @Setting(
                title = "Target modules",
                description = "Names of the layers and norms whose biases are trained, or one regular expression for"
                        + " their whole paths; none means all.",
                value = "[]")
        ModuleNames targetModules,

        @Setting(
                title = "Create missing biases",
                description = "Give a bias that starts at zero to every targeted linear layer of the blocks that has"
                        + " none. Most decoders have no biases at all, and are refused where this is off. A merged model"
                        + " then has biases that its architecture may not know.",
                value = "true")
        boolean createMissing) {}
