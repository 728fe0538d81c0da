package dev.tenon.serving.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Everything that may come next after some beginning of a text; equal situations are the same object. */
final class State {
    /** No continuation is left. */
    static final State DEAD = new State(new int[0], new Stack[0], false, Program.NEVER, 0);

    /** The ranges that the next byte may fall in, each with its stack. */
    final int[] places;

    final Stack[] stacks;
    /** The text may end here. */
    final boolean ended;
    /** Bytes that are missing at least until it may. */
    final int distance;

    /** Which of the places the last byte that was worked out went on from, and where it led. */
    int[] ways = new int[0];

    @Nullable
    State ledTo;

    private final @Nullable State[] next;
    /** Tokens that may follow, a bit each; null until somebody asks. */
    long @Nullable [] allowed;
    /** The largest distance after any of them. */
    int farthest;
    /** The last walk over the vocabulary that came by. */
    int walk;

    State(int[] places, Stack[] stacks, boolean ended, int distance, int classes) {
        this.places = places;
        this.stacks = stacks;
        this.ended = ended;
        this.distance = distance;
        this.next = new State[classes];
    }

    /** Nothing may follow. */
    boolean complete() {
        return ended && places.length == 0;
    }

    @Nullable
    State next(int byteClass) {
        return next[byteClass];
    }

    State next(int byteClass, State state) {
        next[byteClass] = state;
        return state;
    }

    /** Leads nowhere any more until that is worked out again. */
    void forget() {
        Arrays.fill(next, null);
        ledTo = null;
        allowed = null;
    }
}
