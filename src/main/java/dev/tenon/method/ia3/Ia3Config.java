package dev.tenon.method.ia3;

import dev.tenon.core.Problem;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.Setting;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.List;

/** The settings of (IA)³, named as in PEFT's files. */
public record Ia3Config(
        @Setting(
                title = "Target modules",
                description = "Names of the layers to scale, one regular expression for their whole paths, or"
                        + " \"all-linear\". The default is the paper's: keys, values and the feed-forward part's last"
                        + " layer.",
                value =
                        "\".*\\\\.(k_proj|v_proj|key|value|k_lin|v_lin|down_proj|lin2|(?<!attention\\\\.)output\\\\.dense)\"")
        ModuleNames targetModules,

        @Setting(
                title = "Feed-forward modules",
                description = "Which of the targets are scaled at their input instead of their output: the ends of"
                        + " their paths, or one regular expression for whole paths.",
                value = "\".*\\\\.(down_proj|(?<!attention\\\\.)output\\\\.dense)\"")
        ModuleNames feedforwardModules,

        @Setting(
                title = "Excluded modules",
                description = "Names, or one regular expression, of layers to leave out of the targets.",
                value = "[]",
                advanced = true)
        ModuleNames excludeModules,

        @Setting(
                title = "Fully trained modules",
                description = "Names of modules to train whole beside the factors, for example lm_head.",
                value = "[]",
                advanced = true)
        List<String> modulesToSave) {

    public Ia3Config {
        modulesToSave = List.copyOf(modulesToSave);
        if (targetModules.pattern() == null) {
            for (String name : feedforwardModules.names()) {
                if (!targetModules.names().contains(name)) {
                    throw Problem.invalid(
                            "adapter.feedforward_modules",
                            "invalid_value",
                            "'adapter.feedforward_modules' has '%s', which is not one of 'adapter.target_modules': %s."
                                    .formatted(name, String.join(", ", targetModules.names())));
                }
            }
        }
    }

    /** PEFT's rule for what is scaled at its input: the path ends with a name, with or without a dot before it. */
    boolean scalesInput(SiteShape site) {
        return feedforwardModules.pattern() != null
                ? feedforwardModules.take(site.path())
                : feedforwardModules.names().stream().anyMatch(site.path()::endsWith);
    }
}
