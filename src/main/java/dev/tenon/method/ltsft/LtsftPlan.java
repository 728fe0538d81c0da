package dev.tenon.method.ltsft;

import dev.tenon.method.ModuleNames;
import dev.tenon.method.SavedModules;
import dev.tenon.method.WholeModules;
import dev.tenon.model.ModelOutline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tensors' values can be chosen on one model, and how many are.
 *
 * @param shapes by the tensors' names, in the model's order
 * @param entries that are kept, over all tensors together
 */
record LtsftPlan(LtsftConfig config, Map<String, long[]> shapes, long entries) {
    static LtsftPlan of(ModelOutline model, LtsftConfig config) {
        var shapes = new LinkedHashMap<String, long[]>();
        if (config.targetModules().isEmpty()) {
            shapes.putAll(tensors(model, ModuleNames.of("all-linear")));
            shapes.putAll(tensors(model, ModuleNames.of(model.embedding().path())));
        } else {
            shapes.putAll(tensors(model, config.targetModules()));
        }
        long all = SavedModules.elements(shapes);
        return new LtsftPlan(config, shapes, Math.max(1, Math.round(config.density() * all)));
    }

    private static Map<String, long[]> tensors(ModelOutline model, ModuleNames names) {
        return WholeModules.tensors(model, "target_modules", names);
    }

    /** Entries that are chosen when a round, counted from 0, has found its share. */
    long entriesAfter(int round) {
        return Math.max(1, entries * (round + 1) / config.rounds());
    }

    List<String> names() {
        return List.copyOf(shapes.keySet());
    }

    /** {@code N}, the values that can be chosen. */
    long values() {
        return SavedModules.elements(shapes);
    }

    /** Width of a row of each tensor; a vector is one row. */
    long[] widths() {
        return shapes.values().stream()
                .mapToLong(shape -> shape[shape.length - 1])
                .toArray();
    }

    /** Values of each tensor. */
    long[] sizes() {
        return shapes.values().stream()
                .mapToLong(shape -> SavedModules.elements(Map.of("", shape)))
                .toArray();
    }
}
