package dev.tenon.experiments.realdata;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings by which a method has about a given number of parameters. It knows no method: it tries every whole
 * number of a schema that the method's form shows, and keeps alpha and other ranks in proportion.
 */
final class Sizing {
    private static final int[] VALUES = {1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512};
    private static final String PROMPT = "prompt";
    /** Virtual tokens take time as texts do, so that only short prompts are compared. */
    private static final int LONGEST_PROMPT = 32;

    /** Parts of the usual value that a fraction, such as a density, is tried in. */
    private static final double PARTS = 32;

    private static final String ALPHA = "alpha";
    private static final String RANK = "rank";
    private static final String TARGETS = "target_modules";

    private final Methods methods = Methods.scan();
    private final ModelOutline outline;
    private final Network model;

    Sizing(Network model) {
        this.model = model;
        this.outline = ModelOutline.of(model.config());
    }

    /** Settings and what they come to. */
    record Sized(Map<String, Object> settings, long parameters) {
        /** How many times larger or smaller than wanted. */
        double off(long wanted) {
            return Math.abs(Math.log((double) parameters / wanted));
        }
    }

    /** The standard settings, on all linear layers where the standard layers are another model's; null if nothing fits. */
    @Nullable
    Sized standard(AdapterMethod<?> method, Map<String, Object> chosen) {
        var settings = new LinkedHashMap<String, Object>(chosen);
        settings.put(Methods.METHOD, method.descriptor().id());
        Sized sized = sized(settings);
        if (sized == null && properties(method).containsKey(TARGETS)) {
            settings.put(TARGETS, "all-linear");
            sized = sized(settings);
        }
        return sized;
    }

    /** The settings nearest to a number of parameters; null where no number changes it. */
    @Nullable
    Sized nearest(AdapterMethod<?> method, Sized standard, long wanted) {
        var found = new ArrayList<Sized>();
        var canonical = methods.canonical(methods.parse(standard.settings()));
        int most = method.descriptor().family().equals(PROMPT) ? LONGEST_PROMPT : Integer.MAX_VALUE;
        properties(method).forEach((name, property) -> {
            boolean whole = "integer".equals(property.get("type"));
            if ((whole || "number".equals(property.get("type"))) && !property.containsKey("x-advanced")) {
                double usual = ((Number) canonical.getOrDefault(name, 1)).doubleValue();
                var values = Arrays.stream(VALUES)
                        .filter(value -> value <= most)
                        .mapToObj(value -> whole ? (Number) value : (Number) (usual * value / PARTS))
                        .toList();
                var each = tried(name, values, usual, standard, canonical);
                if (each.stream().anyMatch(sized -> sized.parameters() != standard.parameters())) {
                    found.addAll(each);
                }
            }
        });
        return found.stream()
                .min(Comparator.comparingDouble(sized -> sized.off(wanted)))
                .orElse(null);
    }

    private List<Sized> tried(
            String name, List<Number> values, double usual, Sized standard, Map<String, Object> canonical) {
        var tried = new ArrayList<Sized>();
        for (Number value : values) {
            double times = value.doubleValue() / usual;
            var settings = new LinkedHashMap<>(standard.settings());
            settings.put(name, value);
            if (canonical.get(ALPHA) instanceof Number alpha) {
                settings.put(ALPHA, alpha.doubleValue() * times);
            }
            if (name.endsWith(RANK)) {
                canonical.forEach((other, number) -> {
                    if (number instanceof Integer whole && other.endsWith(RANK) && !other.equals(name)) {
                        settings.put(other, Math.max(1, (int) (whole * times)));
                    }
                });
            }
            Sized sized = sized(settings);
            if (sized != null) {
                tried.add(sized);
            }
        }
        return tried;
    }

    private @Nullable Sized sized(Map<String, Object> settings) {
        try {
            Record config = methods.parse(settings);
            var method = methods.of(config);
            Methods.requireSuited(method, model.config());
            return new Sized(settings, count(method, config));
        } catch (Problem unfitting) {
            return null;
        }
    }

    private <C extends Record> long count(AdapterMethod<C> method, Record config) {
        return method.parameterCount(outline, method.configType().cast(config));
    }

    @SuppressWarnings("unchecked") // a schema's properties are objects
    private Map<String, Map<String, Object>> properties(AdapterMethod<?> method) {
        return (Map<String, Map<String, Object>>)
                methods.schema(method.descriptor().id()).getOrDefault("properties", Map.of());
    }
}
