package dev.tenon.method.mola;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import java.util.List;

/** MoLA's settings. */
record MolaConfig(
        @Setting(
                title = "Experts",
                description =
                        "Experts by block, from the lowest to the highest; a shorter list is spread over the blocks.",
                value = "[2, 4, 6, 8]",
                min = 1,
                max = 256)
        List<Integer> experts,

        @Setting(
                title = "Experts per token",
                description = "How many experts every token takes, where a block has as many. With one alone the choice"
                        + " could not learn.",
                value = "2",
                min = 2,
                max = 256)
        int topK,

        @Setting(title = "Rank", description = "Width of every expert's update.", value = "4", min = 1, max = 4096)
        int rank,

        @Setting(
                title = "Alpha",
                description = "Strength of the update, which is scaled by alpha / rank. Twice the rank is usual.",
                value = "8",
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
                title = "Balance",
                description = "Weight of the term that keeps all experts in use; 0 leaves it out.",
                value = "0.001",
                min = 0,
                max = 100,
                advanced = true)
        double balance,

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
        List<Integer> layersToTransform) {

    /** The experts of a block, of so many; what lies outside the blocks counts to the last. */
    int expertsAt(int layer, int layers) {
        int block = layer < 0 ? layers - 1 : layer;
        return experts.get((int) ((long) block * experts.size() / layers));
    }

    double scale() {
        return alpha / rank;
    }
}
