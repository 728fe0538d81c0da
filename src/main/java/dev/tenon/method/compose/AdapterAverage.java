package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The mean of the parameters of adapters with the same settings, above all of one run's checkpoints (Izmailov et al.
 * 2018). For factors of a product it is not the mean of what they do.
 */
public final class AdapterAverage {
    private AdapterAverage() {}

    /**
     * Overwrites the parameters of {@code target}, itself an adapter of those settings, with {@code Σ wᵢ pᵢ / Σ wᵢ}.
     *
     * @throws Problem 400 {@code different_settings} naming the first setting or tensor in which two parts differ
     */
    public static void into(Adapter target, List<Part> parts) {
        double total = parts.stream().mapToDouble(Part::weight).sum();
        if (!(Math.abs(total) > 1e-9)) {
            throw Problem.invalid("weight", "invalid_value", "The sum of all 'weight's must not be zero.");
        }
        parts.forEach(part -> requireSame(target, part.adapter()));
        target.parameters().forEach((name, place) -> {
            try (var scope = Scope.open()) {
                Tensor sum = value(parts.getFirst(), name, total);
                for (Part part : parts.subList(1, parts.size())) {
                    sum = sum.add(value(part, name, total));
                }
                place.copyFrom(sum);
            }
        });
    }

    private static Tensor value(Part part, String name, double total) {
        return Objects.requireNonNull(part.adapter().parameters().get(name))
                .detach()
                .mul(part.weight() / total);
    }

    private static void requireSame(Adapter target, Adapter part) {
        var methods = Methods.scan();
        Map<String, Object> wanted = methods.canonical(target.config());
        Map<String, Object> found = methods.canonical(part.config());
        wanted.forEach((setting, value) -> {
            if (!Objects.equals(found.get(setting), value)) {
                throw different("the setting '%s': %s and %s".formatted(setting, value, found.get(setting)));
            }
        });
        target.parameters().forEach((name, tensor) -> {
            Tensor other = part.parameters().get(name);
            if (other == null || !Arrays.equals(other.shape(), tensor.shape())) {
                throw different("the tensor '%s'".formatted(name));
            }
        });
        target.buffers().forEach((name, tensor) -> {
            Tensor other = part.buffers().get(name);
            if (other == null || !Arrays.equals(other.toFloats(), tensor.toFloats())) {
                throw different("the fixed tensor '%s'".formatted(name));
            }
        });
    }

    private static Problem different(String where) {
        return Problem.invalid(
                "parts",
                "different_settings",
                "'parts' has adapters that cannot be averaged, because they differ in %s.".formatted(where));
    }
}
