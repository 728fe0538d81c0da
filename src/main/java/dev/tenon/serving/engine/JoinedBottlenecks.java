package dev.tenon.serving.engine;

import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.model.Span;
import dev.tenon.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Adapters that are nothing but bottlenecks, in a {@link NarrowStack} for each form of them. An adapter is copied when it comes to
 * run; what has no room in the stacks acts on its own tokens.
 */
final class JoinedBottlenecks implements Joined {
    /** An adapter and where it is. */
    private record Seat(EngineAdapter adapter, NarrowStack stack, int slot) {}

    private final Network model;
    private final long most;
    private final Map<Hooks, Seat> seats = new IdentityHashMap<>();
    private final Map<NarrowForm, NarrowStack> stacks = new HashMap<>();

    /** @param most bytes of all stacks together */
    JoinedBottlenecks(Network model, long most) {
        this.model = model;
        this.most = most;
    }

    @Override
    public void seat(Set<EngineAdapter> adapters) {
        var fresh = new LinkedHashMap<NarrowForm, List<EngineAdapter>>();
        for (EngineAdapter adapter : adapters) {
            var form = adapter.narrow();
            if (form != null && !has(adapter.hooks())) {
                fresh.computeIfAbsent(form, any -> new ArrayList<>()).add(adapter);
            }
        }
        fresh.forEach(this::seat);
    }

    private void seat(NarrowForm form, List<EngineAdapter> fresh) {
        var stack = stacks.get(form);
        int free = stack == null ? 0 : stack.free();
        if (free < fresh.size()) {
            int slots = stack == null ? 0 : stack.slots();
            stack = grown(form, slots - free + fresh.size());
        }
        if (stack != null) {
            for (EngineAdapter adapter : fresh.subList(0, Math.min(stack.free(), fresh.size()))) {
                put(adapter, stack);
            }
        }
    }

    /** A stack for so many adapters with those that were in the one before; that one where there is no room for another. */
    private @Nullable NarrowStack grown(NarrowForm form, int adapters) {
        var before = stacks.get(form);
        int slots = Integer.highestOneBit(2 * adapters - 1);
        long others = stacks.values().stream()
                .filter(stack -> stack != before)
                .mapToLong(NarrowStack::bytes)
                .sum();
        if (others + slots * form.bytes(model.type()) > most) {
            return before;
        }
        var inside = seats.values().stream()
                .filter(seat -> seat.stack() == before)
                .map(Seat::adapter)
                .toList();
        if (before != null) {
            close(before);
        }
        var stack = new NarrowStack(model, form, slots);
        stacks.put(form, stack);
        inside.forEach(adapter -> put(adapter, stack));
        return stack;
    }

    private void put(EngineAdapter adapter, NarrowStack stack) {
        try (var scope = Scope.open()) {
            int slot = stack.put(adapter.hooks().bottlenecksOnly());
            seats.put(adapter.hooks(), new Seat(adapter, stack, slot));
        }
    }

    private void close(NarrowStack stack) {
        seats.values().removeIf(seat -> seat.stack() == stack);
        stacks.remove(stack.form());
        stack.close();
    }

    @Override
    public void keepOnly(Set<EngineAdapter> running) {
        seats.values().removeIf(seat -> {
            boolean gone = !running.contains(seat.adapter());
            if (gone) {
                seat.stack().free(seat.slot());
            }
            return gone;
        });
        List.copyOf(stacks.values()).stream().filter(NarrowStack::isEmpty).forEach(this::close);
    }

    @Override
    public boolean has(Hooks hooks) {
        return seats.containsKey(hooks);
    }

    @Override
    public @Nullable Hooks over(List<Span> spans) {
        var tokens = new LinkedHashMap<NarrowStack, SortedMap<Integer, List<Integer>>>();
        for (Span span : spans) {
            var seat = seats.get(span.hooks());
            if (seat != null) {
                var own = tokens.computeIfAbsent(seat.stack(), any -> new TreeMap<>())
                        .computeIfAbsent(seat.slot(), any -> new ArrayList<>());
                IntStream.range(span.start(), span.start() + span.count()).forEach(own::add);
            }
        }
        if (tokens.isEmpty()) {
            return null;
        }
        return new NarrowHooks(tokens.entrySet().stream()
                .map(part -> new NarrowHooks.Part(part.getKey(), SlotTokens.of(part.getValue(), model.device())))
                .toList());
    }

    @Override
    public void close() {
        List.copyOf(stacks.values()).forEach(this::close);
    }
}
