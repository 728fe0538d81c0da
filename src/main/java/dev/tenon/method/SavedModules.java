package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** PEFT's {@code modules_to_save}: modules that are trained whole beside what a method adds. */
public final class SavedModules {
    private SavedModules() {}

    /**
     * Names and shapes of the tensors of every module whose path ends with one of the names, and of everything inside.
     *
     * @throws Problem 400 when a name matches nothing
     */
    public static Map<String, long[]> of(ModelOutline model, List<String> names) {
        var saved = new LinkedHashMap<String, long[]>();
        for (String name : names) {
            int before = saved.size();
            model.tensors().forEach((tensor, shape) -> {
                for (int dot = tensor.indexOf('.'); dot >= 0; dot = tensor.indexOf('.', dot + 1)) {
                    if (tensor.substring(0, dot).endsWith(name)) {
                        saved.put(tensor, shape);
                    }
                }
            });
            if (name.isEmpty() || saved.size() == before) {
                throw Problem.invalid(
                        "adapter.modules_to_save",
                        "no_module_matched",
                        "'adapter.modules_to_save' has '%s', which matches no module; this model has %s."
                                .formatted(name, String.join(", ", modules(model))));
            }
        }
        return saved;
    }

    private static LinkedHashSet<String> modules(ModelOutline model) {
        var modules = new LinkedHashSet<String>();
        for (String tensor : model.tensors().keySet()) {
            String path = tensor.substring(0, tensor.lastIndexOf('.'));
            modules.add(path.substring(path.lastIndexOf('.') + 1));
        }
        return modules;
    }

    /** Refuses modules that are both targeted and saved. */
    public static void requireApart(Map<String, long[]> saved, Iterable<String> targeted) {
        for (String path : targeted) {
            if (saved.containsKey(path + ".weight") || saved.containsKey(path + ".bias")) {
                throw Problem.invalid(
                        "adapter.modules_to_save",
                        "module_taken_twice",
                        "'%s' is both in 'adapter.target_modules' and in 'adapter.modules_to_save': leave it out of one."
                                .formatted(path));
            }
        }
    }

    /** How many values tensors of these shapes have together. */
    public static long elements(Map<String, long[]> shapes) {
        long sum = 0;
        for (long[] shape : shapes.values()) {
            long elements = 1;
            for (long size : shape) {
                elements *= size;
            }
            sum += elements;
        }
        return sum;
    }
}
