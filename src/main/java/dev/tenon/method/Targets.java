package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.ToIntFunction;

/** Which linear layers the settings of a method name, by PEFT's rules; {@code all-linear} is all but output heads. */
public final class Targets {
    private static final String ALL = "all-linear";

    private Targets() {}

    /**
     * The linear layers that settings name, in the model's order.
     *
     * @param field of the settings, for the refusal
     * @param layers numbers of the only blocks to take; none means all
     * @throws Problem 400 when a name, or all of them together, match nothing
     */
    public static List<SiteShape> linears(ModelOutline model, String field, ModuleNames names, List<Integer> layers) {
        boolean all = isAll(names);
        if (!all) {
            for (String name : names.names()) {
                require(
                        model.linears().stream()
                                .anyMatch(site -> ModuleNames.of(name).take(site.path())),
                        field,
                        name,
                        "",
                        model);
            }
        }
        var found = model.linears().stream()
                .filter(site -> all ? site.layer() >= 0 : names.take(site.path()))
                .filter(site -> layers.isEmpty() || layers.contains(site.layer()))
                .toList();
        require(!found.isEmpty(), field, String.valueOf(names.json()), names.hint(), model);
        return found;
    }

    /**
     * What is left of layers without those that {@code exclude_modules} names.
     *
     * @throws Problem 400 when nothing is
     */
    public static List<SiteShape> without(ModuleNames excluded, List<SiteShape> sites) {
        var left = sites.stream().filter(site -> !excluded.take(site.path())).toList();
        if (left.isEmpty()) {
            throw Problem.invalid(
                    "adapter.exclude_modules",
                    "no_module_matched",
                    "'adapter.exclude_modules' leaves none of 'adapter.target_modules': leave fewer out.");
        }
        return left;
    }

    /** Whether names are the short word for every linear layer of the blocks. */
    public static boolean isAll(ModuleNames names) {
        return ALL.equalsIgnoreCase(names.pattern())
                || (names.names().size() == 1
                        && ALL.equalsIgnoreCase(names.names().getFirst()));
    }

    private static void require(boolean matched, String field, String name, String hint, ModelOutline model) {
        if (!matched) {
            var possible = new LinkedHashSet<String>();
            model.linears()
                    .forEach(site ->
                            possible.add(site.path().substring(site.path().lastIndexOf('.') + 1)));
            throw Problem.invalid(
                    "adapter." + field,
                    "no_module_matched",
                    "'adapter.%s' has '%s', which matches no module; this model has %s.%s"
                            .formatted(field, name, String.join(", ", possible), hint));
        }
    }

    /** Refuses a width above what a layer's matrix can have. */
    public static void requireFitting(List<SiteShape> sites, String field, int width, ToIntFunction<SiteShape> most) {
        for (SiteShape site : sites) {
            int limit = most.applyAsInt(site);
            if (width > limit) {
                throw Problem.invalid(
                        "adapter." + field,
                        "rank_above_matrix",
                        "'adapter.%s' is %d at '%s', whose matrix is %d × %d: at most %d."
                                .formatted(field, width, site.path(), site.out(), site.in(), limit));
            }
        }
    }
}
