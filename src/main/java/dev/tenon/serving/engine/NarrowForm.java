package dev.tenon.serving.engine;

import dev.tenon.model.BottleneckPlace;
import dev.tenon.model.NarrowNetwork;
import dev.tenon.tensor.DType;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What bottlenecks must have in common to be computed together: where they are, their activations, and nearly their width.
 *
 * @param width the power of two that theirs are filled up to with zeros, at which every activation leaves them
 * @param biased whether any of them has biases
 */
record NarrowForm(Map<BottleneckPlace, Shape> places, int width, boolean biased) {
    /** Of one place: what is read and what is added to, in values a token, and the activation's number. */
    record Shape(int in, int out, int activation) {}

    NarrowForm {
        places = Map.copyOf(places);
    }

    /** The form of an adapter, null where it has no bottlenecks. */
    static @Nullable NarrowForm of(Map<BottleneckPlace, NarrowNetwork> networks) {
        if (networks.isEmpty()) {
            return null;
        }
        var places = networks.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, place -> shape(place.getValue())));
        int widest =
                networks.values().stream().mapToInt(NarrowNetwork::width).max().orElseThrow();
        boolean biased =
                networks.values().stream().anyMatch(network -> network.downBias() != null || network.upBias() != null);
        return new NarrowForm(places, Integer.highestOneBit(2 * widest - 1), biased);
    }

    private static Shape shape(NarrowNetwork network) {
        return new Shape((int) network.down().size(1), (int) network.up().size(0), network.activation());
    }

    /** Bytes of one adapter's tensors. */
    long bytes(DType type) {
        long values = places.values().stream()
                .mapToLong(shape -> (long) width * (shape.in() + shape.out()) + (biased ? width + shape.out() : 0))
                .sum();
        return values * type.bytes();
    }
}
