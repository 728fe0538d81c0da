package dev.tenon.serving.json;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Places to return to. Equal stacks of one automaton are the same object, so that comparing numbers compares them. */
final class Stack {
    final int number;
    final int place;
    final @Nullable Stack below;
    /** Bytes that are missing at least from the return to the end of the text. */
    final int distance;

    private @Nullable Map<Integer, Stack> above;

    Stack(int number, int place, @Nullable Stack below, int distance) {
        this.number = number;
        this.place = place;
        this.below = below;
        this.distance = distance;
    }

    @Nullable
    Stack pushed(int returnTo) {
        return above == null ? null : above.get(returnTo);
    }

    Stack push(Stack fresh) {
        if (above == null) {
            above = new HashMap<>(4);
        }
        above.put(fresh.place, fresh);
        return fresh;
    }

    void forget() {
        above = null;
    }
}
