package dev.tenon.method.bitfit;

import dev.tenon.core.Problem;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.NormTargets;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which biases are trained on one model.
 *
 * @param existing widths of biases that the base has, by path of the layer or norm
 * @param created widths of new ones, by path of a linear layer
 */
record BitFitPlan(Map<String, Integer> existing, Map<String, Integer> created) {
    static BitFitPlan of(ModelOutline model, BitFitConfig config) {
        var names = config.targetModules();
        var existing = new LinkedHashMap<String, Integer>();
        var created = new LinkedHashMap<String, Integer>();
        var modules = new LinkedHashMap<String, Integer>();
        model.linears().stream()
                .filter(site -> !names.isEmpty() || site.layer() >= 0)
                .forEach(site -> modules.put(site.path(), site.out()));
        modules.putAll(NormTargets.of(model, "target_modules", names.isEmpty() ? names : ModuleNames.matching(".*")));
        for (String name : names.names()) {
            requireModule(modules.keySet().stream().anyMatch(ModuleNames.of(name)::take), name, modules);
        }
        var possible = Map.copyOf(modules);
        modules.keySet().removeIf(path -> !names.isEmpty() && !names.take(path));
        requireModule(!modules.isEmpty(), String.valueOf(names.json()), possible);
        modules.forEach((path, width) -> {
            if (model.tensors().containsKey(path + ".bias")) {
                existing.put(path, width);
            }
        });
        if (config.createMissing()) {
            model.linears().stream()
                    .filter(site ->
                            site.layer() >= 0 && modules.containsKey(site.path()) && !existing.containsKey(site.path()))
                    .forEach(site -> created.put(site.path(), site.out()));
        }
        if (existing.isEmpty() && created.isEmpty()) {
            throw Problem.invalid(
                    "adapter.create_missing",
                    "no_biases",
                    "'adapter.create_missing' is %s, and %s has no bias to train: %s."
                            .formatted(
                                    config.createMissing(),
                                    names.isEmpty() ? "this base" : "none of 'adapter.target_modules'",
                                    config.createMissing()
                                            ? "name linear layers of the blocks"
                                            : "set it to true, or take another method"));
        }
        return new BitFitPlan(existing, created);
    }

    private static void requireModule(boolean matched, String name, Map<String, Integer> modules) {
        if (!matched) {
            var possible = new TreeSet<String>();
            modules.keySet().forEach(path -> possible.add(path.substring(path.lastIndexOf('.') + 1)));
            throw Problem.invalid(
                    "adapter.target_modules",
                    "no_module_matched",
                    "'adapter.target_modules' has '%s', which matches no layer or norm%s."
                            .formatted(
                                    name, possible.isEmpty() ? "" : "; this model has " + String.join(", ", possible)));
        }
    }

    /** One value for every output of a layer whose bias is trained. */
    long parameters() {
        return existing.values().stream().mapToLong(Integer::longValue).sum()
                + created.values().stream().mapToLong(Integer::longValue).sum();
    }
}
