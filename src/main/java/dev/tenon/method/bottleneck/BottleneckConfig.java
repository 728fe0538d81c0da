package dev.tenon.method.bottleneck;

import dev.tenon.method.Activation;
import dev.tenon.method.Branches;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.Locale;

/** The settings of bottleneck adapters. */
public record BottleneckConfig(
        @Setting(
                title = "Form",
                description = "series: behind a part of the block, on what it puts out; parallel: beside it, on what it"
                        + " is fed with.",
                value = "\"series\"",
                choices = {"series", "parallel"})
        String form,

        @Setting(
                title = "Placement",
                description = "At which parts of every block.",
                value = "\"feed_forward\"",
                choices = {"attention", "feed_forward", "both"})
        String placement,

        @Setting(
                title = "Width",
                description = "Width of the bottleneck: more learns more, and takes more memory.",
                value = "64",
                min = 1,
                max = 8192)
        int width,

        @Setting(
                title = "Activation",
                description = "The function in the middle.",
                value = "\"tanh\"",
                choices = {"identity", "relu", "gelu", "gelu_new", "tanh", "silu"})
        String activation,

        @Setting(
                title = "Scale",
                description = "What the adapter's output is multiplied with.",
                value = "1.0",
                min = 0,
                aboveMin = true,
                max = 1000)
        double scale,

        @Setting(
                title = "Learned scale",
                description = "Whether another factor, which starts at one, is trained with every adapter.",
                value = "false",
                advanced = true)
        boolean learnedScale,

        @Setting(
                title = "Dropout",
                description = "Part of the adapter's inputs that is dropped while training; helps on small datasets.",
                value = "0.0",
                min = 0,
                max = 1,
                belowMax = true)
        double dropout,

        @Setting(
                title = "Biases",
                description = "Whether both layers of the adapter have biases.",
                value = "false",
                advanced = true)
        boolean bias,

        @Setting(
                title = "Start",
                description = "zero: the last layer starts at zero, so that training starts from the base; bert: both"
                        + " layers start small.",
                value = "\"zero\"",
                choices = {"zero", "bert"},
                advanced = true)
        String start,

        @Setting(
                title = "Target modules",
                description = "Linear layers to adapt instead of block parts: names, one regular expression for whole"
                        + " paths, or \"all-linear\"; none means the block parts.",
                value = "[]",
                advanced = true)
        ModuleNames targetModules,

        @Setting(
                title = "Input-side modules",
                description = "Which of the targets have a series adapter at their input instead of their output.",
                value = "\".*\\\\.(gate_proj|up_proj|intermediate\\\\.dense|lin1|fc1)\"",
                advanced = true)
        ModuleNames inputModules) {

    boolean parallel() {
        return form.equals("parallel");
    }

    Branches branches() {
        return Branches.valueOf(placement.toUpperCase(Locale.ROOT));
    }

    Activation function() {
        return Activation.named(activation);
    }
}
