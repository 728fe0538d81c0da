package dev.tenon.model.llama;

import dev.tenon.model.StepPlan;
import dev.tenon.tensor.HostNorms;
import dev.tenon.tensor.HostRows;
import dev.tenon.tensor.HostTeam;
import java.util.Arrays;

/**
 * A step of rows of one new token each on the CPU in float32, from the tokens to their logits in one meeting of libtorch's
 * threads: they take a layer's products in slices, the rows by adapter and attention by heads of keys, and wait for each other
 * in between. Nothing is made: all that it writes is in a {@link HostRoom} and the pages. For one caller at a time.
 */
final class HostDecode implements HostTeam.Work, AutoCloseable {
    /** The phases of a layer, in their order: a product, then what adapters add to it and what comes before the next. */
    private static final int PROJECT = 0;

    private static final int PROJECTED = 1;
    private static final int ATTEND = 2;
    private static final int OUTPUT = 3;
    private static final int PUT_OUT = 4;
    private static final int GATE = 5;
    private static final int GATED = 6;
    private static final int DOWN = 7;
    private static final int OF_LAYER = 9;

    private final StepFrame frame;
    private final HostPlace[] places;
    /** Addresses of the weights in the order of {@code kernels/step.py}, 0 for an absent bias. */
    private final long[] weights;

    private final HostTeam team;
    private final HostRuns runs;
    private final HostProduct product;
    private final HostAttention attention;
    private final HostRoom room;
    private final float[] frequencies;
    private final long sizeOfAll;
    private HostRows[] rows = {};
    private int tokens;
    private int pieces = 1;
    private long[] ids = {};
    private long[] positions = {};
    private long[] wanted = {};
    private long logits;

    HostDecode(
            StepFrame frame,
            HostPlace[] places,
            long[] weights,
            long[] windows,
            HostTeam team,
            HostRuns runs,
            HostProduct product) {
        this.frame = frame;
        this.places = places;
        this.weights = weights;
        this.team = team;
        this.runs = runs;
        this.product = product;
        this.attention = new HostAttention(frame.config(), windows);
        this.room = new HostRoom(frame.config(), attention.room());
        this.frequencies = frame.frequencies().toFloats();
        this.sizeOfAll = Arrays.stream(places).mapToLong(HostPlace::weights).sum();
    }

    /** Whether every row has one token. */
    static boolean takes(StepPlan plan) {
        return plan.singles() == plan.ids().length && plan.singles() > 0;
    }

    /** For how many threads a step is work. */
    int threads(StepPlan plan) {
        return HostProduct.threads(plan.ids().length, sizeOfAll);
    }

    /**
     * Computes it; the runs are seated for as many threads and cover all tokens.
     *
     * @param rank the highest of a layer's
     * @param target address of {@code [wanted, vocabulary]}
     */
    void compute(StepPlan plan, int threads, int rank, long target) {
        tokens = plan.ids().length;
        ids = plan.ids();
        positions = plan.positions();
        wanted = plan.lasts();
        logits = target;
        room.fit(tokens, rank, threads);
        product.ready(threads);
        product.use(room.address(HostRoom.BETWEEN), room.width(HostRoom.BETWEEN));
        int there = rows.length;
        if (there < threads) {
            rows = Arrays.copyOf(rows, threads);
            for (int i = there; i < threads; i++) {
                rows[i] = new HostRows();
            }
        }
        pieces = tokens >= threads ? 1 : attention.heads();
        attention.begin(plan);
        team.run(threads, this);
    }

    /** The tokens, all layers, the last norm and the head. */
    @Override
    public int phases() {
        return OF_LAYER * frame.config().layers() + 3;
    }

    @Override
    public int tasks(int phase) {
        int last = OF_LAYER * frame.config().layers() + 1;
        if (phase == 0) {
            return runs.count();
        }
        if (phase >= last) {
            return phase == last ? wanted.length : product.tasks(places[places.length - 1]);
        }
        int layer = (phase - 1) / OF_LAYER;
        return switch ((phase - 1) % OF_LAYER) {
            case PROJECT -> product.tasks(place(layer, StepOrder.PROJECTIONS));
            case PROJECTED -> runs.areSome() ? runs.count() : 0;
            case ATTEND -> tokens * pieces;
            case OUTPUT -> product.tasks(place(layer, StepOrder.OUTPUT));
            case GATE -> product.tasks(place(layer, StepOrder.GATING));
            case DOWN -> product.tasks(place(layer, StepOrder.DOWN));
            default -> runs.count();
        };
    }

    @Override
    public void compute(int thread, int phase, int task) {
        int layers = frame.config().layers();
        int last = OF_LAYER * layers + 1;
        if (phase == 0) {
            embed(task);
            normalise(task, StepOrder.weights(0), HostRoom.FLAT);
        } else if (phase < last) {
            layer(thread, (phase - 1) / OF_LAYER, (phase - 1) % OF_LAYER, task);
        } else if (phase == last) {
            norm(room.address(HostRoom.X, (int) wanted[task]), weights[1], room.address(HostRoom.NORMED, task), 1);
        } else {
            var head = places[places.length - 1];
            product.multiply(thread, head, task, wanted.length, room.address(HostRoom.NORMED), logits, false);
        }
    }

    private void layer(int thread, int layer, int what, int task) {
        int at = StepOrder.weights(layer);
        switch (what) {
            case PROJECT ->
                multiply(
                        thread,
                        place(layer, StepOrder.PROJECTIONS),
                        task,
                        HostRoom.NORMED,
                        HostRoom.FLAT,
                        weights[at + 2] != 0);
            case PROJECTED -> expand(thread, place(layer, StepOrder.PROJECTIONS), task, HostRoom.FLAT);
            case ATTEND -> attend(thread, layer, task);
            case OUTPUT -> multiply(thread, place(layer, StepOrder.OUTPUT), task, HostRoom.SEEN, HostRoom.X, true);
            case PUT_OUT -> {
                expand(thread, place(layer, StepOrder.OUTPUT), task, HostRoom.X);
                normalise(task, at + 5, HostRoom.WIDE);
            }
            case GATE ->
                multiply(
                        thread,
                        place(layer, StepOrder.GATING),
                        task,
                        HostRoom.NORMED,
                        HostRoom.WIDE,
                        weights[at + 7] != 0);
            case GATED -> {
                expand(thread, place(layer, StepOrder.GATING), task, HostRoom.WIDE);
                gate(rows[thread], task);
            }
            case DOWN -> multiply(thread, place(layer, StepOrder.DOWN), task, HostRoom.ACT, HostRoom.X, true);
            default -> {
                expand(thread, place(layer, StepOrder.DOWN), task, HostRoom.X);
                if (layer + 1 < frame.config().layers()) {
                    normalise(task, StepOrder.weights(layer + 1), HostRoom.FLAT);
                }
            }
        }
    }

    private HostPlace place(int layer, int group) {
        return places[StepOrder.GROUPS * layer + group];
    }

    private void multiply(int thread, HostPlace place, int task, int from, int to, boolean adding) {
        product.multiply(thread, place, task, tokens, room.address(from), room.address(to), adding);
    }

    private void expand(int thread, HostPlace place, int part, int to) {
        product.expand(thread, place, part, room.address(to));
    }

    private void attend(int thread, int layer, int task) {
        int heads = attention.heads() / pieces;
        attention.attend(
                product.products(thread),
                rows[thread],
                room,
                layer,
                task / pieces,
                task % pieces * heads,
                heads,
                room.own(thread));
    }

    /** The tokens of a part, and what turns their heads. */
    private void embed(int part) {
        int hidden = frame.config().hidden();
        float magnitude = (float) frame.config().rotary().magnitude();
        int half = frequencies.length;
        for (int row = runs.start(part); row < runs.start(part) + runs.length(part); row++) {
            HostRows.copy(weights[0] + ids[row] * hidden * Float.BYTES, room.address(HostRoom.X, row), hidden);
            long turns = room.address(HostRoom.TURNS, row);
            for (int i = 0; i < half; i++) {
                float angle = positions[row] * frequencies[i];
                HostRows.set(turns + (long) i * Float.BYTES, (float) Math.cos(angle) * magnitude);
                HostRows.set(turns + (long) (half + i) * Float.BYTES, (float) Math.sin(angle) * magnitude);
            }
        }
    }

    /**
     * The residual stream of a part as the layers read it whose weights follow the norm's, at {@code at}. Their product begins
     * with their bias, where they have one, and the stream takes up that of the layer after them.
     */
    private void normalise(int part, int at, int to) {
        int from = runs.start(part);
        int count = runs.length(part);
        norm(room.address(HostRoom.X, from), weights[at], room.address(HostRoom.NORMED, from), count);
        for (int row = from; row < from + count; row++) {
            if (weights[at + 2] != 0) {
                HostRows.copy(weights[at + 2], room.address(to, row), room.width(to));
            }
            if (weights[at + 4] != 0) {
                HostRows.add(
                        weights[at + 4],
                        room.address(HostRoom.X, row),
                        frame.config().hidden());
            }
        }
    }

    private void norm(long x, long weight, long y, int rows) {
        HostNorms.normalise(
                x, weight, y, rows, frame.config().hidden(), frame.config().normEpsilon());
    }

    private void gate(HostRows hand, int part) {
        int inner = frame.config().intermediate();
        for (int row = runs.start(part); row < runs.start(part) + runs.length(part); row++) {
            long gate = room.address(HostRoom.WIDE, row);
            hand.gate(gate, gate + (long) inner * Float.BYTES, room.address(HostRoom.ACT, row), inner);
        }
    }

    @Override
    public void close() {
        room.close();
    }
}
