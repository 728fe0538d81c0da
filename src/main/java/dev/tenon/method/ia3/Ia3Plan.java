package dev.tenon.method.ia3;

import dev.tenon.method.SavedModules;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the settings come to on one model.
 *
 * @param factors by path of a linear layer the shape of its factors: {@code [1, in]} at its input, {@code [out, 1]} at
 *     its output, as PEFT has them
 * @param saved names and shapes of the model's tensors that are trained whole
 */
record Ia3Plan(Map<String, long[]> factors, Map<String, long[]> saved) {
    static Ia3Plan of(ModelOutline model, Ia3Config config) {
        var factors = new LinkedHashMap<String, long[]>();
        var sites = Targets.without(
                config.excludeModules(), Targets.linears(model, "target_modules", config.targetModules(), List.of()));
        for (SiteShape site : sites) {
            factors.put(site.path(), config.scalesInput(site) ? new long[] {1, site.in()} : new long[] {site.out(), 1});
        }
        var saved = SavedModules.of(model, config.modulesToSave());
        SavedModules.requireApart(saved, factors.keySet());
        return new Ia3Plan(factors, saved);
    }

    /** One value for every scaled channel, and everything that is trained whole. */
    long parameters() {
        return SavedModules.elements(factors) + SavedModules.elements(saved);
    }
}
