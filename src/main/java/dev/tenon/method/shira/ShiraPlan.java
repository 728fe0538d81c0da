package dev.tenon.method.shira;

import dev.tenon.method.SavedModules;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.List;
import java.util.Map;

/**
 * What the settings come to on one model.
 *
 * @param sites the layers whose matrices have trained entries
 * @param saved names and shapes of the model's tensors that are trained whole
 */
record ShiraPlan(ShiraConfig config, List<SiteShape> sites, Map<String, long[]> saved) {
    static ShiraPlan of(ModelOutline model, ShiraConfig config) {
        var sites = Targets.linears(model, "target_modules", config.targetModules(), List.of());
        Targets.requireFitting(sites, "rank", config.rank(), site ->
                (int) ((long) site.in() * site.out() / ((long) site.in() + site.out())));
        var saved = SavedModules.of(model, config.modulesToSave());
        SavedModules.requireApart(saved, sites.stream().map(SiteShape::path).toList());
        return new ShiraPlan(config, sites, saved);
    }

    /** Trained entries of one matrix. */
    int count(SiteShape site) {
        return config.rank() * (site.in() + site.out());
    }

    /** {@code Σ rank · (in + out)}, and everything that is trained whole. */
    long parameters() {
        return sites.stream().mapToLong(this::count).sum() + SavedModules.elements(saved);
    }
}
