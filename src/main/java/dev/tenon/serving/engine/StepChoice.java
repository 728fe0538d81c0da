package dev.tenon.serving.engine;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a step's logits come to for the sinks that wait for them: the likeliest token is found on the device, so that of a
 * whole batch of greedy rows only one number each has to leave it.
 *
 * @param greedy of every sink, whether it takes the likeliest token
 * @param likeliest after every token that is asked for; empty where no sink takes it
 * @param logits of the sinks that want them, one after the other
 */
record StepChoice(List<Asking> asking, boolean[] greedy, long[] likeliest, float[] logits) {
    /** From so many logits on, choosing the tokens is spread over the processors. */
    private static final long SPREAD = 1 << 18;

    /**
     * A sink, and the tokens that are tried out for it beyond its next one.
     *
     * @param first place of its next token among those asked for
     */
    record Asking(TokenSink sink, long[] draft, int first) {
        static List<Asking> of(List<StepShare> shares) {
            var asking = new ArrayList<Asking>();
            int first = 0;
            for (StepShare share : shares) {
                if (share.wanted()) {
                    asking.add(new Asking(share.row().request.sink(), share.draft(), first));
                    first += share.choices();
                }
            }
            return asking;
        }
    }

    /**
     * What a sink did.
     *
     * @param taken tokens that it took
     */
    record Taken(int taken, @Nullable RuntimeException failure) {}

    /** {@code logits} is {@code [tokens that are asked for, vocabulary]}. */
    static StepChoice of(List<Asking> asking, Tensor logits) {
        var greedy = new boolean[asking.size()];
        var others = new ArrayList<Long>();
        for (int i = 0; i < greedy.length; i++) {
            greedy[i] = asking.get(i).sink().takesLikeliest();
            if (!greedy[i]) {
                others.add((long) asking.get(i).first());
            }
        }
        long[] likeliest = others.size() < greedy.length
                ? Kernels.infer("argmax", logits, 1).toLongs()
                : new long[0];
        return new StepChoice(asking, greedy, likeliest, floats(logits, others));
    }

    private static float[] floats(Tensor logits, List<Long> rows) {
        if (rows.isEmpty()) {
            return new float[0];
        }
        if (rows.size() == logits.size(0)) {
            return logits.toFloats();
        }
        long[] index = rows.stream().mapToLong(Long::longValue).toArray();
        return logits.select(0, Tensors.of(index, logits.device(), index.length))
                .toFloats();
    }

    /** Gives every sink its token, those that were guessed right and the one after, or its logits. */
    List<Taken> handOut() {
        var results = new Taken[greedy.length];
        var places = new int[greedy.length];
        int wide = 0;
        for (int i = 0; i < greedy.length; i++) {
            places[i] = wide;
            wide += greedy[i] ? 0 : 1;
        }
        int vocabulary = wide == 0 ? 0 : logits.length / wide;
        var all = IntStream.range(0, greedy.length);
        (logits.length >= SPREAD ? all.parallel() : all).forEach(i -> {
            try {
                if (greedy[i]) {
                    results[i] = new Taken(handOut(asking.get(i)), null);
                } else {
                    int from = places[i] * vocabulary;
                    asking.get(i).sink().accept(Arrays.copyOfRange(logits, from, from + vocabulary));
                    results[i] = new Taken(1, null);
                }
            } catch (RuntimeException e) {
                results[i] = new Taken(0, e);
            }
        });
        return List.of(results);
    }

    private int handOut(Asking one) {
        int taken = 0;
        boolean more = true;
        while (more) {
            long token = likeliest[one.first() + taken];
            one.sink().accept((int) token);
            more = taken < one.draft().length
                    && one.draft()[taken] == token
                    && !one.sink().finished()
                    && one.sink().takesLikeliest();
            taken++;
        }
        return taken;
    }
}
