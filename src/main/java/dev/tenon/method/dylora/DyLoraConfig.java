package dev.tenon.method.dylora;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Ranks;
import dev.tenon.method.Setting;
import java.util.List;

/** DyLoRA's settings. */
record DyLoraConfig(
        @Setting(
                title = "Rank",
                description = "Width of the whole update; it can be cut to any rank from the least to this one later.",
                value = "8",
                min = 1,
                max = 4096)
        int rank,

        @Setting(
                title = "Least rank",
                description = "The smallest rank that must work alone.",
                value = "1",
                min = 1,
                max = 4096)
        int leastRank,

        @Setting(
                title = "Alpha",
                description = "Strength of the update, which is scaled by alpha / rank at every rank.",
                value = "16",
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
                title = "What learns",
                description = "In a step at rank b: all of the first b ranks, or only rank b while those before it stay"
                        + " frozen.",
                value = "\"all\"",
                choices = {"all", "frozen"},
                advanced = true)
        String update)
        implements Ranks {

    @Override
    public int mostRank() {
        return rank;
    }

    /** Whether only the drawn rank itself learns. */
    boolean freezesLower() {
        return update.equals("frozen");
    }

    /** The settings of an adapter that has only the first ranks. */
    DyLoraConfig cutTo(int fewer) {
        return new DyLoraConfig(
                fewer, Math.min(leastRank, fewer), alpha, dropout, targetModules, layersToTransform, update);
    }
}
