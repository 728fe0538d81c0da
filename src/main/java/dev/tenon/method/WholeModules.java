package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The tensors of whole modules that settings name: linear layers with their biases, norms, embeddings. */
public final class WholeModules {
    private WholeModules() {}

    /**
     * Names and shapes of the tensors, in the model's order.
     *
     * @param field of the settings, for the refusal
     * @param names of modules, or {@code all-linear} for every linear layer of the blocks; none means none
     * @throws Problem 400 when a name, or all of them together, match nothing
     */
    public static Map<String, long[]> tensors(ModelOutline model, String field, ModuleNames names) {
        var wanted = Targets.isAll(names) ? blocks(model) : named(model, field, names);
        var tensors = new LinkedHashMap<String, long[]>();
        model.tensors().forEach((name, shape) -> {
            if (wanted.contains(module(name))) {
                tensors.put(name, shape);
            }
        });
        return tensors;
    }

    private static Set<String> blocks(ModelOutline model) {
        var paths = new LinkedHashSet<String>();
        model.linears().stream()
                .filter(site -> site.layer() >= 0)
                .map(SiteShape::path)
                .forEach(paths::add);
        return paths;
    }

    private static Set<String> named(ModelOutline model, String field, ModuleNames names) {
        var all = new LinkedHashSet<String>();
        model.tensors().keySet().forEach(name -> all.add(module(name)));
        for (String name : names.names()) {
            require(all.stream().anyMatch(ModuleNames.of(name)::take), field, name, all);
        }
        var found = new LinkedHashSet<>(all);
        found.removeIf(path -> !names.take(path));
        require(names.isEmpty() || !found.isEmpty(), field, String.valueOf(names.json()), all);
        return found;
    }

    /** The path of a tensor's module. */
    public static String module(String tensor) {
        return tensor.substring(0, tensor.lastIndexOf('.'));
    }

    private static void require(boolean matched, String field, String name, Set<String> all) {
        if (!matched) {
            var possible = new LinkedHashSet<String>();
            all.forEach(path -> possible.add(path.substring(path.lastIndexOf('.') + 1)));
            throw Problem.invalid(
                    "adapter." + field,
                    "no_module_matched",
                    "'adapter.%s' has '%s', which matches no module; this model has %s."
                            .formatted(field, name, String.join(", ", possible)));
        }
    }
}
