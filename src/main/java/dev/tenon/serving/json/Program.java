package dev.tenon.serving.json;

import java.util.PriorityQueue;

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
     * Bytes that are missing at least before the rule returns, [instructions]; {@link #NEVER} where it cannot. Nearest
     * first, as Knuth's generalisation of Dijkstra's algorithm goes through a grammar (1977): what is taken from the
     * queue is final, since no instruction is nearer than what it leads to. So each is looked at once for each that it
     * leads to, however the rules lie.
     *
     * @param usable which of the 256 bytes can be written at all
     */
    int[] distances(boolean[] usable) {
        var distances = new int[operations.length];
        java.util.Arrays.fill(distances, NEVER);
        var sources = new Sources(this);
        var open = new PriorityQueue<Long>();
        for (int at = 0; at < operations.length; at++) {
            if (operations[at] == RETURN) {
                distances[at] = 0;
                open.add((long) at);
            }
        }
        while (!open.isEmpty()) {
            long nearest = open.remove();
            int to = (int) nearest;
            if (distances[to] < nearest >>> 32) {
                continue;
            }
            for (int i = sources.from()[to]; i < sources.from()[to + 1]; i++) {
                int at = sources.of()[i];
                int distance = distance(at, distances, usable);
                if (distance < distances[at]) {
                    distances[at] = distance;
                    open.add((long) distance << 32 | at);
                }
            }
        }
        return distances;
    }

    /** For each instruction those that lead to it: {@code of[from[at]]} up to {@code of[from[at + 1]]}. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Sources(int[] from, int[] of) {
        Sources(Program program) {
            this(new int[program.operations.length + 2], new int[program.edges()]);
            program.eachEdge((at, to) -> from[to + 2]++);
            for (int i = 1; i < from.length; i++) {
                from[i] += from[i - 1];
            }
            program.eachEdge((at, to) -> of[from[to + 1]++] = at);
        }
    }

    private interface Edge {
        void is(int at, int to);
    }

    private int edges() {
        var count = new int[1];
        eachEdge((at, to) -> count[0]++);
        return count[0];
    }

    private void eachEdge(Edge edge) {
        for (int at = 0; at < operations.length; at++) {
            switch (operations[at]) {
                case RANGE -> edge.is(at, at + 1);
                case JUMP -> edge.is(at, first[at]);
                case CALL -> {
                    edge.is(at, first[at]);
                    edge.is(at, at + 1);
                }
                case SPLIT -> {
                    for (int way : ways[first[at]]) {
                        edge.is(at, way);
                    }
                }
                default -> {}
            }
        }
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
