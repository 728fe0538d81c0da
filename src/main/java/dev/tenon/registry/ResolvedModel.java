package dev.tenon.registry;

import dev.tenon.core.Problem;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.Quantisation;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a model name means at this moment: a base, a base with one adapter version, or a base with a weighted sum of
 * several.
 *
 * @param parts empty for the base alone; all of them on this base
 */
public record ResolvedModel(String requested, BaseModelView base, List<Part> parts) {

    /**
     * One adapter version of a composition.
     *
     * @param weight what the version adds is multiplied by this
     * @param rank the rank that the version is cut to; null takes all of it
     */
    public record Part(
            AdapterVersionView version,
            double weight,
            @Nullable Integer rank) {
        boolean plain() {
            return weight == 1 && rank == null;
        }
    }

    public ResolvedModel {
        parts = List.copyOf(parts);
    }

    static ResolvedModel of(String requested, BaseModelView base, AdapterVersionView version) {
        return new ResolvedModel(requested, base, List.of(new Part(version, 1, null)));
    }

    /** More than one version taken as it is: {@link #version} alone would not say what to answer with. */
    public boolean composed() {
        return parts.size() > 1 || (parts.size() == 1 && !parts.getFirst().plain());
    }

    /** The one adapter version; null for the base alone. A composition is refused: it is more than a version. */
    public @Nullable AdapterVersionView version() {
        if (composed()) {
            throw Problem.invalid(
                    "model",
                    "composition_not_offered",
                    "'%s' is a composition; only a base or one version of an adapter can be used here."
                            .formatted(requested));
        }
        return parts.isEmpty() ? null : parts.getFirst().version();
    }

    /**
     * The form in which the base is kept for this: that in which all parts were trained; null where it is dense.
     *
     * @throws Problem 400 where parts were trained on different forms
     */
    public @Nullable Quantisation quantisation() {
        var forms =
                parts.stream().map(part -> part.version().baseForm()).distinct().toList();
        if (forms.size() > 1) {
            throw Problem.invalid(
                    "model",
                    "different_quantization",
                    "The parts of '%s' were trained on the base as %s: all of them need the same form."
                            .formatted(requested, String.join(" and as ", forms)));
        }
        return parts.isEmpty() ? null : parts.getFirst().version().quantisation();
    }

    /** A name that means exactly this for as long as it exists, wherever names and aliases move. */
    public String pinned() {
        if (!composed()) {
            return parts.isEmpty() ? base.name() : parts.getFirst().version().modelId();
        }
        return parts.stream().map(ResolvedModel::pinned).collect(Collectors.joining("+", base.name() + "+", ""));
    }

    private static String pinned(Part part) {
        var rank = part.rank() == null ? "" : ":r" + part.rank();
        return part.version().modelId() + rank + ":" + part.weight();
    }
}
