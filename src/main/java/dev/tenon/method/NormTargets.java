package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which norms the settings of a method name, by PEFT's rules. */
public final class NormTargets {
    private static final String WEIGHT = ".weight";

    private NormTargets() {}

    /**
     * The widths of the norms that settings name, by path in the model's order.
     *
     * @param field of the settings, for the refusal
     * @param names of norms; none means all
     * @throws Problem 400 when a name, or all of them together, match no norm
     */
    public static Map<String, Integer> of(ModelOutline model, String field, ModuleNames names) {
        var all = all(model);
        for (String name : names.names()) {
            require(all.keySet().stream().anyMatch(ModuleNames.of(name)::take), field, name, all);
        }
        var found = new LinkedHashMap<String, Integer>();
        all.forEach((path, width) -> {
            if (names.isEmpty() || names.take(path)) {
                found.put(path, width);
            }
        });
        require(!found.isEmpty(), field, String.valueOf(names.json()), all);
        return found;
    }

    /** Names and shapes of the weights, and where there are any the biases, of modules. */
    public static Map<String, long[]> tensors(ModelOutline model, Set<String> paths) {
        var shapes = new LinkedHashMap<String, long[]>();
        for (String path : paths) {
            for (String name : List.of(path + WEIGHT, path + ".bias")) {
                long[] shape = model.tensors().get(name);
                if (shape != null) {
                    shapes.put(name, shape);
                }
            }
        }
        return shapes;
    }

    /** A norm is what has a weight of one dimension. */
    private static Map<String, Integer> all(ModelOutline model) {
        var norms = new LinkedHashMap<String, Integer>();
        model.tensors().forEach((name, shape) -> {
            if (name.endsWith(WEIGHT) && shape.length == 1) {
                norms.put(name.substring(0, name.length() - WEIGHT.length()), (int) shape[0]);
            }
        });
        return norms;
    }

    private static void require(boolean matched, String field, String name, Map<String, Integer> all) {
        if (!matched) {
            var possible = new LinkedHashSet<String>();
            all.keySet().forEach(path -> possible.add(path.substring(path.lastIndexOf('.') + 1)));
            throw Problem.invalid(
                    "adapter." + field,
                    "no_module_matched",
                    "'adapter.%s' has '%s', which matches no norm; this model has %s."
                            .formatted(field, name, String.join(", ", possible)));
        }
    }
}
