package dev.tenon.method.adalora;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** AdaLoRA's settings; in PEFT's files {@code init_rank} is {@code init_r}, {@code delta_t} is {@code deltaT} and so on. */
record AdaLoraConfig(
        @Setting(
                title = "Initial rank",
                description = "Width of every layer's update before ranks are cut; half as much again as the target is usual.",
                value = "12",
                min = 1,
                max = 4096)
        int initRank,

        @Setting(
                title = "Target rank",
                description = "Average width at the end: layers that matter keep more, others less or nothing.",
                value = "8",
                min = 1,
                max = 4096)
        int targetRank,

        @Setting(
                title = "Alpha",
                description = "Strength of the update, which is scaled by alpha / initial rank.",
                value = "24",
                min = 0,
                aboveMin = true,
                max = 1e6)
        double alpha,

        @Setting(
                title = "Dropout",
                description = "Part of the update's inputs that is dropped while training; helps on small datasets.",
                value = "0.0",
                min = 0,
                max = 1,
                belowMax = true)
        double dropout,

        @Setting(
                title = "Target modules",
                description = "Names of the layers to adapt, one regular expression for their whole paths, or"
                        + " \"all-linear\" for all but the output head.",
                value = "[\"all-linear\"]")
        ModuleNames targetModules,

        @Setting(
                title = "Layers",
                description = "Numbers of the only blocks to adapt, counted from 0; none means all.",
                value = "[]",
                min = 0,
                max = 10_000,
                advanced = true)
        List<Integer> layersToTransform,

        @Setting(
                title = "Warm-up",
                description = "Steps before ranks are cut; below 1 it is a part of the run.",
                value = "0.1",
                min = 0,
                max = 1e9,
                advanced = true)
        double tinit,

        @Setting(
                title = "Final training",
                description = "Steps at the end during which the ranks stay; below 1 it is a part of the run.",
                value = "0.3",
                min = 0,
                max = 1e9,
                advanced = true)
        double tfinal,

        @Setting(
                title = "Steps between cuts",
                description = "Ranks are cut every so many steps.",
                value = "1",
                min = 1,
                max = 1_000_000,
                advanced = true)
        int deltaT,

        @Setting(
                title = "Sensitivity smoothing",
                description = "How much of a weight's sensitivity is carried from step to step.",
                value = "0.85",
                min = 0,
                aboveMin = true,
                max = 1,
                belowMax = true,
                advanced = true)
        double beta1,

        @Setting(
                title = "Uncertainty smoothing",
                description = "How much of the spread of a weight's sensitivity is carried from step to step.",
                value = "0.85",
                min = 0,
                aboveMin = true,
                max = 1,
                belowMax = true,
                advanced = true)
        double beta2,

        @Setting(
                title = "Orthogonality",
                description = "Weight of the penalty that keeps the directions of an update apart.",
                value = "0.5",
                min = 0,
                max = 1000,
                advanced = true)
        double orthRegWeight) {}
