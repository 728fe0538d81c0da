package dev.tenon.method.ssf;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.NormTargets;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the settings come to on one model.
 *
 * @param widths of the scaled outputs, by path of the linear layer or norm
 * @param shifted which of them are shifted as well
 */
record SsfPlan(Map<String, Integer> widths, Set<String> shifted) {
    static SsfPlan of(ModelOutline model, SsfConfig config) {
        var widths = new LinkedHashMap<String, Integer>();
        Targets.linears(model, "target_modules", config.targetModules(), List.of())
                .forEach(site -> widths.put(site.path(), site.out()));
        if (config.norms()) {
            widths.putAll(NormTargets.of(model, "norms", ModuleNames.of()));
        }
        var shifted = new LinkedHashSet<>(widths.keySet());
        shifted.removeIf(path -> !config.everywhere() && !model.tensors().containsKey(path + ".bias"));
        return new SsfPlan(widths, shifted);
    }

    /** {@code Σ width} over what is scaled and {@code Σ width} over what is shifted. */
    long parameters() {
        long count = 0;
        for (var width : widths.entrySet()) {
            count += shifted.contains(width.getKey()) ? 2L * width.getValue() : width.getValue();
        }
        return count;
    }
}
