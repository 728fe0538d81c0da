package dev.tenon.serving.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** For each rule of a grammar those that it may become without a byte between. */
final class Becoming {
    private final Map<Integer, List<Integer>> others = new HashMap<>();
    private final Map<Integer, Integer> incoming = new HashMap<>();

    void add(int rule, int other) {
        others.computeIfAbsent(rule, unknown -> new ArrayList<>()).add(other);
        incoming.merge(other, 1, Integer::sum);
    }

    /** Whether some rule may become itself; takes away, again and again, a rule that no other becomes (Kahn, 1962). */
    boolean leadsBack() {
        var left = new HashMap<>(incoming);
        Deque<Integer> free = new ArrayDeque<>();
        for (int rule : others.keySet()) {
            if (!left.containsKey(rule)) {
                free.add(rule);
            }
        }
        while (!free.isEmpty()) {
            for (int other : others.getOrDefault(free.remove(), List.of())) {
                if (left.merge(other, -1, Integer::sum) == 0) {
                    left.remove(other);
                    free.add(other);
                }
            }
        }
        return !left.isEmpty();
    }
}
