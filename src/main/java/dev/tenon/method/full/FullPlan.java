package dev.tenon.method.full;

import dev.tenon.core.Problem;
import dev.tenon.method.SavedModules;
import dev.tenon.method.WholeModules;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the settings come to on one model.
 *
 * @param shapes of the trained tensors by their names
 */
record FullPlan(Map<String, long[]> shapes) {
    private static final String BIAS = ".bias";

    static FullPlan of(ModelOutline model, FullConfig config) {
        var shapes = new LinkedHashMap<>(WholeModules.tensors(model, "target_modules", config.targetModules()));
        config.targetTensors().forEach(name -> shapes.put(name, shape(model, name)));
        if (shapes.isEmpty()) {
            throw Problem.invalid(
                    "adapter.target_modules",
                    "no_module_matched",
                    "'adapter.target_modules' and 'adapter.target_tensors' are both empty: name what is to be trained.");
        }
        return new FullPlan(shapes);
    }

    private static long[] shape(ModelOutline model, String name) {
        long[] own = model.tensors().get(name);
        if (own != null) {
            return own;
        }
        return model.linears().stream()
                .filter(site -> name.equals(site.path() + BIAS))
                .map(site -> new long[] {site.out()})
                .findFirst()
                .orElseThrow(() -> unknown(model, name));
    }

    private static Problem unknown(ModelOutline model, String name) {
        String some = model.linears().stream().map(SiteShape::path).findFirst().orElse("") + ".weight";
        return Problem.invalid(
                "adapter.target_tensors",
                "no_tensor_matched",
                "'adapter.target_tensors' has '%s', which this model has not; a name is for example %s."
                        .formatted(name, some));
    }

    /** Every value of the tensors. */
    long parameters() {
        return SavedModules.elements(shapes);
    }
}
