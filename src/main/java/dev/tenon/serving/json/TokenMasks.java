package dev.tenon.serving.json;

import dev.tenon.text.TokenBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which tokens may follow in a situation. One walk over the vocabulary in the order of its bytes reads each common
 * beginning once and leaves it where it cannot continue; the result is kept with the situation.
 */
final class TokenMasks {
    /** Kept results, in bits of the vocabulary each. */
    private static final int KEPT = 2048;
    /**
     * Ways of all situations that one walk may come by. Beyond them it looks at single bytes only, of which one always
     * leads to an end: what takes longer would hold up everybody else's step.
     */
    private static final int EFFORT = 1 << 16;

    private final Automaton automaton;
    private final TokenBytes vocabulary;
    private final List<State> kept = new ArrayList<>();
    private int walks;

    TokenMasks(Automaton automaton, TokenBytes vocabulary) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
    }

    State start() {
        return automaton.start();
    }

    /** Few tokens that end the text from here; empty where more than {@code most} are needed. */
    synchronized int[] ending(State from, int most) {
        return from.distance > (long) most * vocabulary.longest() ? new int[0] : spell(automaton.shortest(from), most);
    }

    /** Bits of the tokens after which the text can be ended with at most {@code budget} more bytes. */
    synchronized long[] allowed(State from, int budget) {
        if (automaton.full()) {
            automaton.forget();
            release();
        }
        var known = from.allowed;
        if (known == null) {
            if (kept.size() == KEPT) {
                release();
            }
            known = new long[(vocabulary.size() + 63) / 64];
            from.farthest = walk(from, Program.NEVER - 1, known);
            from.allowed = known;
            kept.add(from);
        }
        if (from.farthest <= budget) {
            return known;
        }
        var fewer = new long[known.length];
        walk(from, budget, fewer);
        return fewer;
    }

    private void release() {
        kept.forEach(state -> state.allowed = null);
        kept.clear();
    }

    /** The situation after a token. */
    synchronized State after(State from, int id) {
        var state = from;
        for (byte b : vocabulary.of(id)) {
            state = automaton.step(state, b & 0xFF);
        }
        return state;
    }

    private int walk(State from, int budget, long[] allowed) {
        var order = vocabulary.order();
        var shared = vocabulary.shared();
        var path = new State[vocabulary.longest() + 1];
        path[0] = from;
        int alive = 0;
        int farthest = 0;
        int effort = 0;
        walks++;
        for (int i = 0; i < order.length; i++) {
            if (shared[i] > alive) {
                // the byte that stopped the token before stops this one, too
                continue;
            }
            var bytes = vocabulary.of(order[i]);
            alive = shared[i];
            while (alive < bytes.length && (alive == 0 || effort <= EFFORT)) {
                var next = automaton.step(path[alive], bytes[alive] & 0xFF);
                if (next == State.DEAD) {
                    break;
                }
                path[++alive] = next;
                if (next.walk != walks) {
                    next.walk = walks;
                    effort += next.places.length + 1;
                }
            }
            if (alive == bytes.length && path[alive].distance <= budget) {
                allowed[order[i] >> 6] |= 1L << order[i];
                farthest = Math.max(farthest, path[alive].distance);
            }
        }
        return farthest;
    }

    /** Bytes that some token spells alone. */
    static boolean[] alone(TokenBytes vocabulary) {
        var alone = new boolean[256];
        for (int id : vocabulary.order()) {
            if (vocabulary.of(id).length == 1) {
                alone[vocabulary.of(id)[0] & 0xFF] = true;
            }
        }
        return alone;
    }

    /** Spells the bytes with the longest token at each place. */
    private int[] spell(byte[] bytes, int most) {
        var ids = new ArrayList<Integer>();
        for (int from = 0; from < bytes.length; ) {
            if (ids.size() == most) {
                return new int[0];
            }
            int length = Math.min(vocabulary.longest(), bytes.length - from);
            int id = find(bytes, from, length);
            while (id < 0) {
                id = find(bytes, from, --length);
            }
            ids.add(id);
            from += length;
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private int find(byte[] bytes, int from, int length) {
        var order = vocabulary.order();
        int low = 0;
        int high = order.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            var own = vocabulary.of(order[middle]);
            int sign = Arrays.compareUnsigned(own, 0, own.length, bytes, from, from + length);
            if (sign == 0) {
                return order[middle];
            }
            low = sign < 0 ? middle + 1 : low;
            high = sign > 0 ? middle - 1 : high;
        }
        return -1;
    }
}
