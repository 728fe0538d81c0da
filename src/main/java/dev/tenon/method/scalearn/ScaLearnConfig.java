package dev.tenon.method.scalearn;

import dev.tenon.method.BottleneckForm;
import dev.tenon.method.Setting;
import dev.tenon.method.SourceNames;
import java.util.List;

/** The settings of ScaLearn. */
public record ScaLearnConfig(
        @Setting(
                title = "Sources",
                description = "Finished bottleneck adapters of the same base, as name@version, two to 32.",
                value = "[]")
        List<String> sources,

        @Setting(
                title = "Variant",
                description =
                        "scalearn: a scale for every layer, source and channel; scalearn_pp: the layers share them;"
                                + " uniform: one for every layer and source; uniform_pp: one for every source.",
                value = "\"scalearn\"",
                choices = {"scalearn", "scalearn_pp", "uniform", "uniform_pp"})
        String variant,

        @Setting(
                title = "Sum at the start",
                description = "What the scales of all sources come to together before training.",
                value = "2.0",
                min = 0,
                max = 1000,
                advanced = true)
        double startSum,

        @Setting(
                title = "Dropout",
                description = "Part of the scales that is dropped while training.",
                value = "0.3",
                min = 0,
                max = 1,
                belowMax = true)
        double dropout,

        @Setting(
                title = "Form",
                description = "Where the sources stand: series, behind a part of the block; parallel, beside it;"
                        + " residual, on the residual stream, as language adapters.",
                value = "\"series\"",
                choices = {"series", "parallel", "residual"})
        String form,

        @Setting(
                title = "Placement",
                description = "At which parts of every block the sources stand.",
                value = "\"feed_forward\"",
                choices = {"attention", "feed_forward", "both"})
        String placement) {

    public ScaLearnConfig {
        sources = SourceNames.require(sources);
    }

    boolean shared() {
        return variant.endsWith("_pp");
    }

    boolean uniform() {
        return variant.startsWith("uniform");
    }

    BottleneckForm bottlenecks() {
        return BottleneckForm.named(form, placement);
    }
}
