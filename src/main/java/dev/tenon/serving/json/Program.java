package dev.tenon.serving.json;

/**
 * A grammar as instructions for a machine with a stack of return places, [instructions] each:
 *
 * <ul>
 *   <li>{@code RANGE low high}: read one byte within, go on behind;
 *   <li>{@code SPLIT ways}: go on at every one of the ways, side by side;
 *   <li>{@code JUMP place};
 *   <li>{@code CALL place}: go on there, and behind this when that returns;
 *   <li>{@code RETURN}; with an empty stack, the text may end here.
 * </ul>
 */
@SuppressWarnings("ArrayRecordComponent")
record Program(byte[] operations, int[] first, int[] second, int[][] ways, int start) {
    static final int RANGE = 0;
    static final int SPLIT = 1;
    static final int JUMP = 2;
    static final int CALL = 3;
    static final int RETURN = 4;

    /** No way to the end. */
    static final int NEVER = 1 << 29;

    /** Whether nothing but returning follows, so that a call here needs no place to return to. */
    boolean returns(int place) {
        int at = place;
        while (operations[at] == JUMP) {
            at = first[at];
        }
        return operations[at] == RETURN;
    }

    /**
     * Bytes that are missing at least before the rule returns, [instructions]; {@link #NEVER} where it cannot.
     *
     * @param usable which of the 256 bytes can be written at all
     */
    int[] distances(boolean[] usable) {
        var distances = new int[operations.length];
        java.util.Arrays.fill(distances, NEVER);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int at = operations.length - 1; at >= 0; at--) {
                int distance = distance(at, distances, usable);
                if (distance < distances[at]) {
                    distances[at] = distance;
                    changed = true;
                }
            }
        }
        return distances;
    }

    private int distance(int at, int[] distances, boolean[] usable) {
        return switch (operations[at]) {
            case RANGE -> usable(at, usable) < 0 ? NEVER : Math.min(NEVER, 1 + distances[at + 1]);
            case JUMP -> distances[first[at]];
            case CALL -> Math.min(NEVER, distances[first[at]] + distances[at + 1]);
            case SPLIT -> {
                int least = NEVER;
                for (int way : ways[first[at]]) {
                    least = Math.min(least, distances[way]);
                }
                yield least;
            }
            default -> 0;
        };
    }

    /** The first usable byte of a range; -1 when there is none. */
    int usable(int at, boolean[] usable) {
        for (int b = first[at]; b <= second[at]; b++) {
            if (usable[b]) {
                return b;
            }
        }
        return -1;
    }

    /** The way of a split that is soonest at the end of its rule. */
    int nearest(int at, int[] distances) {
        int best = ways[first[at]][0];
        for (int way : ways[first[at]]) {
            best = distances[way] < distances[best] ? way : best;
        }
        return best;
    }

    /** Bytes that every range contains or leaves out together have one number: [256]. */
    int[] classes() {
        var edges = new boolean[257];
        for (int at = 0; at < operations.length; at++) {
            if (operations[at] == RANGE) {
                edges[first[at]] = true;
                edges[second[at] + 1] = true;
            }
        }
        var classes = new int[256];
        int number = 0;
        for (int b = 0; b < 256; b++) {
            number += b > 0 && edges[b] ? 1 : 0;
            classes[b] = number;
        }
        return classes;
    }
}
