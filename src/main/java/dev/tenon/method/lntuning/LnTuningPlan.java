package dev.tenon.method.lntuning;

import dev.tenon.core.Problem;
import dev.tenon.method.NormTargets;
import dev.tenon.method.SavedModules;
import dev.tenon.model.ModelOutline;
import java.util.Map;
import java.util.Set;

/**
 * What the settings come to on one model.
 *
 * @param norms paths of the norms that are trained
 * @param shapes of the trained tensors by the model's names, those of norms before others
 */
record LnTuningPlan(Set<String> norms, Map<String, long[]> shapes) {
    static LnTuningPlan of(ModelOutline model, LnTuningConfig config) {
        var norms = NormTargets.of(model, "target_modules", config.targetModules());
        norms.keySet().removeIf(config.excludeModules()::take);
        if (norms.isEmpty()) {
            throw Problem.invalid(
                    "adapter.exclude_modules",
                    "no_module_matched",
                    "'adapter.exclude_modules' leaves none of 'adapter.target_modules': leave fewer out.");
        }
        var shapes = NormTargets.tensors(model, norms.keySet());
        var saved = SavedModules.of(model, config.modulesToSave());
        SavedModules.requireApart(saved, norms.keySet());
        shapes.putAll(saved);
        return new LnTuningPlan(norms.keySet(), shapes);
    }

    /** PEFT's name for a trained tensor: norms have a place of their own, other modules keep their names. */
    String parameter(String name) {
        int dot = name.lastIndexOf('.');
        String path = name.substring(0, dot);
        return norms.contains(path) ? path + ".ln_tuning_layers" + name.substring(dot) : name;
    }

    /** As many values as the trained tensors have: {@code hidden} for every norm of one weight. */
    long parameters() {
        return SavedModules.elements(shapes);
    }
}
