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
 * @param likeliest of every sink; empty where none asked for it
 * @param logits of the sinks that want them, one after the other
 */
record StepChoice(List<TokenSink> sinks, boolean[] greedy, long[] likeliest, float[] logits) {
    /** From so many logits on, choosing the tokens is spread over the processors. */
    private static final long SPREAD = 1 << 18;

    /** {@code logits} is {@code [sinks, vocabulary]}. */
    static StepChoice of(List<TokenSink> sinks, Tensor logits) {
        var greedy = new boolean[sinks.size()];
        var others = new ArrayList<Long>();
        for (int i = 0; i < greedy.length; i++) {
            greedy[i] = sinks.get(i).takesLikeliest();
            if (!greedy[i]) {
                others.add((long) i);
            }
        }
        long[] likeliest = others.size() < greedy.length
                ? Kernels.infer("argmax", logits, 1).toLongs()
                : new long[0];
        return new StepChoice(sinks, greedy, likeliest, floats(logits, others));
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

    /** Gives every sink its token or its logits; returns what each of them threw. */
    List<@Nullable RuntimeException> handOut() {
        var failures = new RuntimeException[greedy.length];
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
                    sinks.get(i).accept((int) likeliest[i]);
                } else {
                    int from = places[i] * vocabulary;
                    sinks.get(i).accept(Arrays.copyOfRange(logits, from, from + vocabulary));
                }
            } catch (RuntimeException e) {
                failures[i] = e;
            }
        });
        return Arrays.asList(failures);
    }
}
