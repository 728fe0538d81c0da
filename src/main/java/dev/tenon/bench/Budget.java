package dev.tenon.bench;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import dev.tenon.model.ModelOutline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings under which a method trains about as many values as another: one number among them is turned, the rest are its own. */
final class Budget {
    private static final String TARGETS = "target_modules";
    private static final int MOST = 1024;
    private static final int EIGHTHS = 80;

    private Budget() {}

    /**
     * The settings, the closest there are to so many trained values; every linear layer is adapted where that can be said.
     *
     * @param given the method and what stands already
     */
    static Map<String, Object> settings(Methods methods, Map<String, Object> given, ModelOutline outline, long wanted) {
        Map<String, Object> standard = given;
        String id = String.valueOf(given.get(Methods.METHOD));
        if (!(methods.schema(id).get("properties") instanceof Map<?, ?> properties)) {
            return standard;
        }
        if (properties.containsKey(TARGETS)) {
            var everywhere = new LinkedHashMap<>(given);
            everywhere.put(TARGETS, "all-linear");
            standard = count(methods, everywhere, outline) < 0 ? given : everywhere;
        }
        Map<String, Object> best = standard;
        for (var property : properties.entrySet()) {
            for (Number value : property.getValue() instanceof Map<?, ?> shape ? values(shape) : List.<Number>of()) {
                var turned = new LinkedHashMap<>(standard);
                turned.put(String.valueOf(property.getKey()), value);
                if (distance(methods, turned, outline, wanted) < distance(methods, best, outline, wanted)) {
                    best = turned;
                }
            }
        }
        return best;
    }

    /** What to try for a setting: whole numbers, or parts of the usual fraction, such as a density, and multiples of it. */
    private static List<Number> values(Map<?, ?> shape) {
        var values = new ArrayList<Number>();
        if ("integer".equals(shape.get("type"))) {
            for (int value = 1; value <= MOST; value = Math.max(value + 1, value * 5 / 4)) {
                values.add(value);
            }
        } else if ("number".equals(shape.get("type")) && shape.get("default") instanceof Number usual) {
            for (int eighths = 1; eighths <= EIGHTHS; eighths++) {
                values.add(usual.doubleValue() * eighths / 8);
            }
        }
        return values;
    }

    private static double distance(Methods methods, Map<String, Object> settings, ModelOutline outline, long wanted) {
        long count = count(methods, settings, outline);
        return count <= 0 ? Double.MAX_VALUE : Math.abs(Math.log((double) count / wanted));
    }

    /** Trained values, or less than none where the settings are refused. */
    static long count(Methods methods, Map<String, Object> settings, ModelOutline outline) {
        try {
            Record config = methods.parse(settings);
            return count(methods.of(config), config, outline);
        } catch (Problem refused) {
            return -1;
        }
    }

    private static <C extends Record> long count(AdapterMethod<C> method, Record config, ModelOutline outline) {
        return method.parameterCount(outline, method.configType().cast(config));
    }
}
