package dev.tenon.serving.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a {@link Program} over bytes, all of its ways side by side. Each situation is worked out once and kept, so that
 * what was read before is one look-up a byte. For one thread at a time.
 */
final class Automaton {
    private record Place(int at, Stack stack) {}

    private final Program program;
    private final boolean[] usable;
    private final int[] distances;
    private final int[] classes;
    private final Map<List<Long>, State> states = new HashMap<>();
    private final Stack bottom = new Stack(0, -1, null, 0);
    private final State start;
    private int stacks = 1;

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

    /** How many situations are kept. */
    int size() {
        return states.size();
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
        var reached = new ArrayList<Place>();
        for (int i = 0; i < from.places.length; i++) {
            int at = from.places[i];
            if (program.first()[at] <= value && value <= program.second()[at]) {
                reached.add(new Place(at + 1, from.stacks[i]));
            }
        }
        return from.next(byteClass, state(reached));
    }

    /** The situation of being at any of these places, followed to the bytes that each of them waits for. */
    private State state(List<Place> from) {
        Deque<Place> open = new ArrayDeque<>(from);
        Set<Long> seen = new HashSet<>();
        var waiting = new ArrayList<Place>();
        boolean ended = false;
        while (!open.isEmpty()) {
            var place = open.pop();
            var stack = place.stack();
            if (distances[place.at()] + stack.distance >= Program.NEVER || !seen.add(key(place))) {
                continue;
            }
            int operand = program.first()[place.at()];
            switch (program.operations()[place.at()]) {
                case Program.RANGE -> waiting.add(place);
                case Program.JUMP -> open.push(new Place(operand, stack));
                case Program.SPLIT -> {
                    for (int way : program.ways()[operand]) {
                        open.push(new Place(way, stack));
                    }
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

    private State intern(List<Place> waiting, boolean ended) {
        if (waiting.isEmpty() && !ended) {
            return State.DEAD;
        }
        waiting.sort(Comparator.comparingLong(Automaton::key));
        var key = new ArrayList<Long>(waiting.size() + 1);
        key.add(ended ? 1L : 0L);
        waiting.forEach(place -> key.add(key(place)));
        return states.computeIfAbsent(key, unknown -> {
            int distance = ended ? 0 : Program.NEVER;
            var places = new int[waiting.size()];
            var under = new Stack[waiting.size()];
            for (int i = 0; i < places.length; i++) {
                places[i] = waiting.get(i).at();
                under[i] = waiting.get(i).stack();
                distance = Math.min(distance, distances[places[i]] + under[i].distance);
            }
            return new State(places, under, ended, distance, classes[255] + 1);
        });
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
        return known != null
                ? known
                : stack.push(new Stack(
                        stacks++,
                        returnTo,
                        stack,
                        Math.min(Program.NEVER, distances[returnTo] + stack.distance)));
    }

    /** The fewest bytes that end the text from here. */
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
