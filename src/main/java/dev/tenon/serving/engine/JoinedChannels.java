package dev.tenon.serving.engine;

import dev.tenon.model.ChannelPlace;
import dev.tenon.model.ChannelPlace.Role;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.Span;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Adapters that are nothing but vectors on channels, whatever their methods, in one {@link ChannelStack}. It is written to where an
 * adapter comes that was not there, and is gone with the last one.
 */
final class JoinedChannels implements Joined {
    /** An adapter and its row of the stack. */
    private record Seat(EngineAdapter adapter, int row) {}

    private final Network model;
    private final long budget;
    private final Map<Hooks, Seat> seats = new IdentityHashMap<>();
    private @Nullable ChannelStack stack;

    /** Whether an adapter has gone, with whom places may have gone at which nothing need be computed any more. */
    private boolean left;

    /** @param budget most bytes on the device; adapters whose vectors come to more are not joined */
    JoinedChannels(Network model, long budget) {
        this.model = model;
        this.budget = budget;
    }

    @Override
    public void seat(Set<EngineAdapter> adapters) {
        var fresh = adapters.stream()
                .filter(adapter -> !adapter.channels().isEmpty() && !has(adapter.hooks()))
                .toList();
        if (fresh.isEmpty() && !left) {
            return;
        }
        left = false;
        var all = new LinkedHashSet<>(fresh);
        seats.values().forEach(seat -> all.add(seat.adapter()));
        if (all.isEmpty()) {
            return;
        }
        var places = places(all);
        if (stack == null || stack.rows() <= all.size() || !stack.places().equals(places)) {
            close();
            // room for more, so that one after the other does not copy all before it each time
            int rows = 1 + Integer.highestOneBit(2 * all.size() - 1);
            if (ChannelStack.bytes(model, places, rows) <= budget) {
                stack = new ChannelStack(model, places, rows);
                all.forEach(this::put);
            }
        } else {
            fresh.forEach(this::put);
        }
    }

    /** All places of the adapters; a layer norm's weight and bias come together. */
    private Set<ChannelPlace> places(Collection<EngineAdapter> adapters) {
        var places = new LinkedHashSet<ChannelPlace>();
        for (EngineAdapter adapter : adapters) {
            for (ChannelPlace place : adapter.channels()) {
                places.add(place);
                boolean own = place.role() == Role.WEIGHT || place.role() == Role.BIAS;
                if (own
                        && model.sites().get(place.path()) instanceof NormSite norm
                        && norm.kind() == NormSite.Kind.LAYER) {
                    places.add(new ChannelPlace(place.path(), Role.WEIGHT));
                    places.add(new ChannelPlace(place.path(), Role.BIAS));
                }
            }
        }
        return places;
    }

    private void put(EngineAdapter adapter) {
        var taken = seats.values().stream().map(Seat::row).toList();
        int row = IntStream.iterate(1, i -> i + 1)
                .filter(i -> !taken.contains(i))
                .findFirst()
                .orElseThrow();
        try (var scope = Scope.open()) {
            Objects.requireNonNull(stack).put(row, adapter.hooks().channelsOnly(model));
        }
        seats.put(adapter.hooks(), new Seat(adapter, row));
    }

    @Override
    public void keepOnly(Set<EngineAdapter> running) {
        left |= seats.values().removeIf(seat -> !running.contains(seat.adapter()));
        if (seats.isEmpty()) {
            close();
        }
    }

    @Override
    public boolean has(Hooks hooks) {
        return seats.containsKey(hooks);
    }

    @Override
    public @Nullable Hooks over(List<Span> spans) {
        int first = -1;
        int end = 0;
        for (Span span : spans) {
            if (has(span.hooks())) {
                first = first < 0 ? span.start() : first;
                end = span.start() + span.count();
            }
        }
        if (first < 0 || stack == null) {
            return null;
        }
        var rows = new long[end - first];
        for (Span span : spans) {
            var seat = seats.get(span.hooks());
            if (seat != null) {
                int from = span.start() - first;
                Arrays.fill(rows, from, from + span.count(), seat.row());
            }
        }
        return new ChannelHooks(stack, Tensors.of(rows, model.device(), rows.length), first);
    }

    @Override
    public void close() {
        seats.clear();
        left = false;
        if (stack != null) {
            stack.close();
            stack = null;
        }
    }
}
