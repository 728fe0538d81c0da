package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * An adapter with its share in a composition.
 *
 * @param weight any finite number; negative takes away what the adapter adds
 */
public record Part(Adapter adapter, double weight) {
    private static final double LARGEST = 1e6;

    public Part {
        if (!(Math.abs(weight) <= LARGEST)) {
            throw Problem.invalid(
                    "weight", "invalid_value", "'weight' is %s and must be from -1e6 to 1e6.".formatted(weight));
        }
    }

    /** One part for every adapter, in the order of first mention, without those whose weights cancel out. */
    static List<Part> collected(List<Part> parts) {
        var weights = new IdentityHashMap<Adapter, Double>();
        parts.forEach(part -> weights.merge(part.adapter(), part.weight(), Double::sum));
        var collected = new ArrayList<Part>();
        for (Part part : parts) {
            Double weight = weights.remove(part.adapter());
            if (weight != null && weight != 0) {
                collected.add(new Part(part.adapter(), weight));
            }
        }
        return collected;
    }
}
