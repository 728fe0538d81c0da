package dev.tenon.registry.composition;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.method.compose.ComposedHead;
import dev.tenon.method.compose.Recipe;
import dev.tenon.model.BaseModelApi;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** Turns what a caller wrote into an order, or says which field is wrong before anything is queued. */
@Component
class CompositionRequests {
    private static final int MOST_PARTS = 32;

    private final RegistryApi registry;
    private final BaseModelApi bases;
    private final long memory;

    CompositionRequests(
            RegistryApi registry, BaseModelApi bases, @Value("${tenon.composition.memory:8GB}") DataSize memory) {
        this.registry = registry;
        this.bases = bases;
        this.memory = memory.toBytes();
    }

    CompositionOrder compose(Tenant tenant, ComposeBody body) {
        if (body.name() == null
                || bases.list(tenant.orgId()).stream()
                        .anyMatch(base -> base.name().equals(body.name()))) {
            throw Problem.invalid(
                    "name", "invalid_name", "'name' is required: the name of an adapter, not that of a base model.");
        }
        var written = body.parts() == null ? List.<ComposeBody.PartBody>of() : body.parts();
        if (written.isEmpty() || written.size() > MOST_PARTS) {
            throw Problem.invalid(
                    "parts",
                    "invalid_value",
                    "'parts' needs 1 to %d entries such as {\"model\": \"name@2\", \"weight\": 0.7}."
                            .formatted(MOST_PARTS));
        }
        var recipe = new Recipe(
                body.operation() == null ? "linear" : body.operation(),
                body.density() == null ? 1 : body.density(),
                body.seed() == null ? 0 : body.seed(),
                body.rank() == null ? 0 : body.rank(),
                body.form());
        var parts = new ArrayList<CompositionOrder.Part>();
        var headed = new ArrayList<Integer>();
        AdapterVersionView first = null;
        for (int i = 0; i < written.size(); i++) {
            var part = written.get(i);
            String field = "parts[%d]".formatted(i);
            var version = version(tenant, part == null ? null : part.model(), field + ".model");
            first = first == null ? version : first;
            requireSameBase(first, version, field);
            if (registry.hasHead(version)) {
                headed.add(i);
            }
            parts.add(new CompositionOrder.Part(
                    version.id(), Objects.requireNonNull(part).model() + "", weight(part.weight(), field)));
        }
        var base = Objects.requireNonNull(first).baseModel();
        requireMemory(base, 1 + (isMerge(recipe) ? written.size() + 2 : 0));
        var names = parts.stream().map(CompositionOrder.Part::model).toList();
        var head = ComposedHead.choose(names, headed, body.head(), recipe);
        return new CompositionOrder(
                base, recipe, parts, head, false, first.config().get(QuantizationConfig.KEY));
    }

    private static boolean isMerge(Recipe recipe) {
        return !recipe.operation().equals("concatenate") && !recipe.operation().equals("average");
    }

    private static double weight(@Nullable Double weight, String field) {
        double value = weight == null ? 1 : weight;
        if (!(Math.abs(value) <= 1e6)) {
            throw Problem.invalid(
                    field + ".weight",
                    "invalid_value",
                    "'%s.weight' is %s and must be from -1e6 to 1e6.".formatted(field, value));
        }
        return value;
    }

    private AdapterVersionView version(Tenant tenant, @Nullable String model, String field) {
        if (model == null) {
            throw Problem.invalid(
                    field, "missing_required_parameter", "'%s' is required: the name of an adapter.".formatted(field));
        }
        var version = registry.resolve(tenant, model).version();
        if (version == null) {
            throw Problem.invalid(
                    field, "not_an_adapter", "'%s' is '%s', which is a base model.".formatted(field, model));
        }
        return version;
    }

    private static void requireSameBase(AdapterVersionView first, AdapterVersionView other, String field) {
        if (!first.baseDigest().equals(other.baseDigest())) {
            throw Problem.invalid(
                    field + ".model",
                    "different_base",
                    "'%s.model' is an adapter of '%s', the first part one of '%s': all parts need the same base."
                            .formatted(field, other.baseModel(), first.baseModel()));
        }
        if (!Objects.equals(first.quantisation(), other.quantisation())) {
            throw Problem.invalid(
                    field + ".model",
                    "different_quantization",
                    "'%s.model' was trained on the base as %s, the first part on it as %s: all parts need the same form."
                            .formatted(field, other.baseForm(), first.baseForm()));
        }
    }

    /** The base in float32 and as many dense changes of it as are held at once. */
    private void requireMemory(String base, int copies) {
        long needed = bases.require(base).parameters() * Float.BYTES * copies;
        if (needed > memory) {
            throw Problem.invalid(
                    "parts",
                    "too_large",
                    "This takes about %,d MB and 'tenon.composition.memory' allows %,d: use fewer parts."
                            .formatted(needed >> 20, memory >> 20));
        }
    }

    CompositionOrder merge(Tenant tenant, String adapter, MergeBody body) {
        var version = version(tenant, adapter, "model");
        requireMergeable(version);
        if (body.name() == null) {
            throw Problem.invalid(
                    "name", "missing_required_parameter", "'name' is required: the name of the base model to make.");
        }
        bases.requireFree(body.name());
        String dtype = body.dtype() == null ? "base" : body.dtype();
        if (!dtype.equals("base") && !dtype.equals("float32")) {
            throw Problem.invalid(
                    "dtype", "invalid_value", "'dtype' is '%s' and must be one of base, float32.".formatted(dtype));
        }
        requireMemory(version.baseModel(), 2);
        var part = new CompositionOrder.Part(version.id(), adapter, 1);
        return new CompositionOrder(
                version.baseModel(),
                null,
                List.of(part),
                null,
                dtype.equals("float32"),
                version.config().get(QuantizationConfig.KEY));
    }

    /** By what the method claims; an adapter that is more than its method usually makes is found out while merging. */
    private static void requireMergeable(AdapterVersionView version) {
        var methods = Methods.scan();
        if (methods.lacks(version.methodId(), Mergeable.class)) {
            throw Problem.invalid(
                    "model",
                    "not_mergeable",
                    "The method '%s' does something that no change of the base's weights can express; those that merge are"
                                    .formatted(version.methodId())
                            + " %s.".formatted(String.join(", ", methods.able(Mergeable.class))));
        }
    }

    /** An order as callers see it. */
    static Map<String, Object> wire(CompositionOrder order) {
        var wire = new LinkedHashMap<String, Object>();
        wire.put("base_model", order.base());
        var recipe = order.recipe();
        if (recipe == null) {
            wire.put("model", order.parts().getFirst().model());
            wire.put("dtype", order.wide() ? "float32" : "base");
            putForm(order, wire);
            return wire;
        }
        wire.put("operation", recipe.operation());
        wire.put("density", recipe.density());
        wire.put("seed", recipe.seed());
        wire.put("form", recipe.form());
        if (order.head() != null) {
            wire.put("head", order.parts().get(order.head()).model());
        }
        if (recipe.rank() > 0) {
            wire.put("rank", recipe.rank());
        }
        wire.put(
                "parts",
                order.parts().stream()
                        .map(part ->
                                Map.of("model", part.model(), "version", part.versionId(), "weight", part.weight()))
                        .toList());
        putForm(order, wire);
        return wire;
    }

    private static void putForm(CompositionOrder order, Map<String, Object> wire) {
        if (order.quantization() != null) {
            wire.put(QuantizationConfig.KEY, order.quantization());
        }
    }
}
