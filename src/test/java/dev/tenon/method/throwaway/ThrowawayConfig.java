package dev.tenon.method.throwaway;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;

/** The settings of the throw-away method. */
record ThrowawayConfig(
        @Setting(
                title = "Layers that get gains",
                description = "Names of the linear layers whose outputs are amplified.",
                value = "[\"o_proj\", \"down_proj\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Gain at the start",
                description = "What every gain is before training; 1 changes nothing.",
                value = "1.0",
                min = 0,
                aboveMin = true,
                max = 2)
        double start) {}
