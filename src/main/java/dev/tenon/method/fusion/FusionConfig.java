package dev.tenon.method.fusion;

import dev.tenon.method.BottleneckForm;
import dev.tenon.method.Setting;
import dev.tenon.method.SourceNames;
import java.util.List;

/** The settings of AdapterFusion. */
public record FusionConfig(
        @Setting(
                title = "Sources",
                description = "Finished bottleneck adapters of the same base, as name@version, two to 32.",
                value = "[]")
        List<String> sources,

        @Setting(
                title = "Regularisation",
                description = "Weight of the loss term that holds the value matrices near the identity.",
                value = "0.01",
                min = 0,
                max = 1000,
                advanced = true)
        double regularization,

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

    public FusionConfig {
        sources = SourceNames.require(sources);
    }

    BottleneckForm bottlenecks() {
        return BottleneckForm.named(form, placement);
    }
}
