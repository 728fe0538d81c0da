package dev.tenon.method.hra;

import dev.tenon.method.SavedModules;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.List;
import java.util.Map;

/**
 * What the settings come to on one model.
 *
 * @param sites the layers whose inputs are turned
 * @param saved names and shapes of the model's tensors that are trained whole
 */
record HraPlan(HraConfig config, List<SiteShape> sites, Map<String, long[]> saved) {
    static HraPlan of(ModelOutline model, HraConfig config) {
        var sites = Targets.without(
                config.excludeModules(),
                Targets.linears(model, "target_modules", config.targetModules(), config.layersToTransform()));
        Targets.requireFitting(sites, "rank", config.rank(), SiteShape::in);
        var saved = SavedModules.of(model, config.modulesToSave());
        SavedModules.requireApart(saved, sites.stream().map(SiteShape::path).toList());
        return new HraPlan(config, sites, saved);
    }

    /** {@code Σ rank · in}, and everything that is trained whole. */
    long parameters() {
        return sites.stream()
                        .mapToLong(site -> (long) config.rank() * site.in())
                        .sum()
                + SavedModules.elements(saved);
    }
}
