package dev.tenon.serving.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a {@link Program} over bytes, all of its ways side by side. Each situation is worked out once and kept, so that
 * what was read before is one look-up a byte. A grammar may leave ever more ways to read the same text; of too many the
 * last are given up, never the nearest to the end: what the others admit is still of the grammar. For one thread at a
 * time.
 */
final class Automaton {
    /** Ways side by side; the members of an object that may all be left out are the most that a schema needs. */
    private static final int WAYS = 2048;

    private static final int LOOKED_AT = 4 * WAYS;
    /** What is kept, in ways and transitions: about 16 MB. */
    private static final long KEPT = 1 << 20;

    private record Place(int at, Stack stack) {}

    private final Program program;
    private final boolean[] usable;
    private final int[] distances;
    private final int[] classes;
    private final Map<Situation, State> states = new HashMap<>();
    private final Stack bottom = new Stack(0, -1, null, 0);
    private final State start;
    private int stacks = 1;
    private long kept;

    /** @param usable which of the 256 bytes some token of the vocabulary spells alone */
    Automaton(Program program, boolean[] usable) {
        this.program = program;
        this.usable = usable;
        this.distances = program.distances(usable);
        this.classes = program.classes();
        this.start = state(List.of(new Place(program.start(), bottom)));
    }

    State start() {
        return start;
    }

    /** Whether so much is kept that it is time to forget it. */
    boolean full() {
        return kept > KEPT;
    }

    /** Drops what was worked out; situations that somebody still holds go on as before. */
    void forget() {
        states.values().forEach(State::forget);
        states.clear();
        start.forget();
        bottom.forget();
        kept = 0;
    }

    /** Where one more byte leads; {@link State#DEAD} where it may not come. */
    State step(State from, int value) {
        if (from == State.DEAD) {
            return from;
        }
        int byteClass = classes[value];
        var known = from.next(byteClass);
        if (known != null) {
            return known;
        }
        int count = 0;
        var reached = new int[from.places.length];
        for (int i = 0; i < reached.length; i++) {
            int at = from.places[i];
            if (program.first()[at] <= value && value <= program.second()[at]) {
                reached[count++] = i;
            }
        }
        return from.next(byteClass, reached(from, Arrays.copyOf(reached, count)));
    }

    /** Neighbouring bytes mostly lead to the same; that is worked out once. */
    private State reached(State from, int[] which) {
        if (from.ledTo == null || !Arrays.equals(from.ways, which)) {
            var places = new ArrayList<Place>(which.length);
            for (int i : which) {
                places.add(new Place(from.places[i] + 1, from.stacks[i]));
            }
            from.ways = which;
            from.ledTo = state(places);
        }
        return from.ledTo;
    }

    /** The situation of being at any of these places, followed to the bytes that each of them waits for. */
    private State state(List<Place> from) {
        Deque<Place> open = new ArrayDeque<>(from);
        nearestFirst(open);
        Set<Long> seen = new HashSet<>();
        var waiting = new ArrayList<Place>();
        boolean ended = false;
        while (!open.isEmpty() && waiting.size() < WAYS && (seen.size() < LOOKED_AT || (waiting.isEmpty() && !ended))) {
            var place = open.pop();
            var stack = place.stack();
            if (total(place) >= Program.NEVER || !seen.add(key(place))) {
                continue;
            }
            int operand = program.first()[place.at()];
            switch (program.operations()[place.at()]) {
                case Program.RANGE -> waiting.add(place);
                case Program.JUMP -> open.push(new Place(operand, stack));
                case Program.SPLIT -> {
                    int nearest = program.nearest(place.at(), distances);
                    for (int way : program.ways()[operand]) {
                        if (way != nearest) {
                            open.push(new Place(way, stack));
                        }
                    }
                    open.push(new Place(nearest, stack));
                }
                case Program.CALL -> open.push(new Place(operand, push(stack, place.at() + 1)));
                default -> {
                    if (stack.below == null) {
                        ended = true;
                    } else {
                        open.push(new Place(stack.place, stack.below));
                    }
                }
            }
        }
        return intern(waiting, ended);
    }

    private void nearestFirst(Deque<Place> open) {
        if (open.size() > 1) {
            var nearest = Collections.min(open, Comparator.comparingInt(this::total));
            open.remove(nearest);
            open.push(nearest);
        }
    }

    private State intern(List<Place> waiting, boolean ended) {
        if (waiting.isEmpty() && !ended) {
            return State.DEAD;
        }
        waiting.sort(Comparator.comparingLong(Automaton::key));
        var key = new long[waiting.size() + 1];
        key[0] = ended ? 1 : 0;
        for (int i = 1; i < key.length; i++) {
            key[i] = key(waiting.get(i - 1));
        }
        return states.computeIfAbsent(new Situation(key), unknown -> {
            int distance = ended ? 0 : Program.NEVER;
            var places = new int[waiting.size()];
            var under = new Stack[waiting.size()];
            for (int i = 0; i < places.length; i++) {
                places[i] = waiting.get(i).at();
                under[i] = waiting.get(i).stack();
                distance = Math.min(distance, total(waiting.get(i)));
            }
            int transitions = classes[255] + 1;
            kept += 2L * places.length + transitions / 4 + 16;
            return new State(places, under, ended, distance, transitions);
        });
    }

    /** The places of a situation in their order, and whether the text may end in it. */
    private static final class Situation {
        private final long[] key;

        Situation(long[] key) {
            this.key = key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Situation situation && Arrays.equals(key, situation.key);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key);
        }
    }

    private int total(Place place) {
        return distances[place.at()] + place.stack().distance;
    }

    private static long key(Place place) {
        return ((long) place.at() << 32) | place.stack().number;
    }

    /** A call at the very end of a rule returns where the rule itself does; so lists stay flat. */
    private Stack push(Stack stack, int returnTo) {
        if (program.returns(returnTo)) {
            return stack;
        }
        var known = stack.pushed(returnTo);
        if (known != null) {
            return known;
        }
        kept += 8;
        return stack.push(
                new Stack(stacks++, returnTo, stack, Math.min(Program.NEVER, distances[returnTo] + stack.distance)));
    }

    /** The fewest bytes that end the text from here, {@link State#distance} of them. */
    byte[] shortest(State from) {
        var out = new ByteArrayOutputStream();
        if (from.ended) {
            return out.toByteArray();
        }
        int best = 0;
        for (int i = 1; i < from.places.length; i++) {
            best = total(from, i) < total(from, best) ? i : best;
        }
        int at = from.places[best];
        var stack = from.stacks[best];
        while (true) {
            switch (program.operations()[at]) {
                case Program.RANGE -> out.write(program.usable(at++, usable));
                case Program.JUMP -> at = program.first()[at];
                case Program.SPLIT -> at = program.nearest(at, distances);
                case Program.CALL -> {
                    stack = push(stack, at + 1);
                    at = program.first()[at];
                }
                default -> {
                    if (stack.below == null) {
                        return out.toByteArray();
                    }
                    at = stack.place;
                    stack = stack.below;
                }
            }
        }
    }

    private int total(State state, int i) {
        return distances[state.places[i]] + state.stacks[i].distance;
    }
}
