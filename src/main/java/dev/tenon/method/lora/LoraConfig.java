package dev.tenon.method.lora;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import dev.tenon.method.Targets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** LoRA's settings; in PEFT's files {@code rank} is {@code r}, {@code alpha} is {@code lora_alpha} and so on. */
public record LoraConfig(
        @Setting(
                title = "Rank",
                description = "Width of the update: more learns more, and takes more memory.",
                value = "8",
                min = 1,
                max = 4096)
        int rank,

        @Setting(
                title = "Alpha",
                description = "Strength of the update, which is scaled by alpha / rank. Twice the rank is usual.",
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
                title = "Excluded modules",
                description = "Names, or one regular expression, of layers to leave out of the targets.",
                value = "[]",
                advanced = true)
        ModuleNames excludeModules,

        @Setting(
                title = "Rank-stabilised",
                description = "Scale by alpha / √rank instead, which keeps high ranks effective.",
                value = "false",
                advanced = true)
        boolean useRslora,

        @Setting(
                title = "Rank by module",
                description = "Other ranks for some modules: regular expression for the end of the path, and rank.",
                value = "{}",
                min = 1,
                max = 4096,
                advanced = true)
        Map<String, Integer> rankPattern,

        @Setting(
                title = "Alpha by module",
                description = "Other alphas for some modules: regular expression for the end of the path, and alpha.",
                value = "{}",
                min = 0,
                aboveMin = true,
                max = 1e6,
                advanced = true)
        Map<String, Double> alphaPattern,

        @Setting(
                title = "Layers",
                description = "Numbers of the only blocks to adapt, counted from 0; none means all.",
                value = "[]",
                min = 0,
                max = 10_000,
                advanced = true)
        List<Integer> layersToTransform,

        @Setting(
                title = "Layer list names",
                description = "Names of the lists that 'layers' counts in, where a model has several.",
                value = "[]",
                advanced = true)
        List<String> layersPattern,

        @Setting(
                title = "Fully trained modules",
                description = "Names of modules to train whole beside the update, for example lm_head.",
                value = "[]",
                advanced = true)
        List<String> modulesToSave,

        @Setting(
                title = "Biases",
                description = "Which biases of the base to train: none, all, or those of the adapted layers.",
                value = "\"none\"",
                choices = {"none", "all", "lora_only"},
                advanced = true)
        String bias,

        @Setting(
                title = "Initial weights",
                description = "How the update starts: kaiming (A uniform, B zero, as PEFT does by default), gaussian (A"
                        + " normal, B zero), or pissa (as the strongest part of the layer's own matrix, which learns"
                        + " faster).",
                value = "\"kaiming\"",
                choices = {"kaiming", "gaussian", "pissa"},
                advanced = true)
        String initLoraWeights,

        @Setting(
                title = "PiSSA iterations",
                description = "Find the strongest part by so many rounds of a fast approximation; 0 decomposes exactly,"
                        + " which takes minutes on models of billions of parameters.",
                value = "0",
                min = 0,
                max = 64,
                advanced = true)
        int pissaIterations,

        @Setting(
                title = "DoRA",
                description =
                        "Train the length of every output's weights apart from their direction. Often better at low"
                                + " ranks, and slower to train.",
                value = "false",
                advanced = true)
        boolean useDora,

        @Setting(
                title = "LoRA+ ratio",
                description = "How many times faster B learns than A: 1 is plain LoRA, 4 to 16 can learn hard tasks"
                        + " faster.",
                value = "1.0",
                min = 0,
                aboveMin = true,
                max = 1000,
                advanced = true)
        double loraPlusRatio) {

    /** Whether the targets are all linear layers but the head, PEFT's shorthand. */
    boolean allLinear() {
        return Targets.isAll(targetModules);
    }

    /** Whether the pairs start as parts of the layers' own matrices. */
    boolean startsFromWeights() {
        return initLoraWeights.equals("pissa");
    }

    /** The rank at a module: that of the first pattern that fits the end of its path. */
    int rankAt(String path) {
        return at(rankPattern, path, rank);
    }

    /** The factor of the update at a module. */
    double scaleAt(String path) {
        double strength = at(alphaPattern, path, alpha);
        int width = rankAt(path);
        return useRslora ? strength / Math.sqrt(width) : strength / width;
    }

    private static <T> T at(Map<String, T> patterns, String path, T otherwise) {
        for (var pattern : patterns.entrySet()) {
            if (endsLike(pattern.getKey(), path)) {
                return pattern.getValue();
            }
        }
        return otherwise;
    }

    /** PEFT's rule for patterns: the expression fits the whole path, or the part after some dot. */
    static boolean endsLike(String pattern, String path) {
        return ModuleNames.matches("(.*\\.)?(" + pattern + ")", path);
    }

    /** The settings of the plain LoRA of twice the rank that computes the same as one that began as parts of matrices. */
    LoraConfig asPlain() {
        var ranks = new LinkedHashMap<String, Integer>();
        rankPattern.forEach((pattern, width) -> ranks.put(pattern, 2 * width));
        double wider = useRslora ? Math.sqrt(2) : 2;
        var alphas = new LinkedHashMap<String, Double>();
        alphaPattern.forEach((pattern, strength) -> alphas.put(pattern, wider * strength));
        return new LoraConfig(
                2 * rank,
                wider * alpha,
                dropout,
                targetModules,
                excludeModules,
                useRslora,
                ranks,
                alphas,
                layersToTransform,
                layersPattern,
                modulesToSave,
                bias,
                "kaiming",
                0,
                useDora,
                loraPlusRatio);
    }
}
