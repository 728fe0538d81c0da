package dev.tenon.method.routing;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import dev.tenon.method.SourceNames;
import java.util.List;

/** The settings of routing. */
public record RoutingConfig(
        @Setting(
                title = "Sources",
                description = "Finished low-rank adapters of the same base, as name@version, two to 32.",
                value = "[]")
        List<String> sources,

        @Setting(
                title = "Adapters a token",
                description = "How many of the adapters act on a token; at most all of them.",
                value = "2",
                min = 1,
                max = 32)
        int topK,

        @Setting(
                title = "Temperature",
                description = "Above one, a token's adapters are mixed more evenly when it answers; training has one.",
                value = "1.0",
                min = 0,
                aboveMin = true,
                max = 1000)
        double temperature,

        @Setting(
                title = "Target modules",
                description = "Linear layers that the sources adapt: names, one regular expression for whole paths, or"
                        + " \"all-linear\".",
                value = "\"all-linear\"")
        ModuleNames targetModules) {

    public RoutingConfig {
        sources = SourceNames.require(sources);
    }
}
