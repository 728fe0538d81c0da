package dev.tenon.serving.engine;

import dev.tenon.tensor.HostRows;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;

/** Arrays in which what a step's sinks ask for leaves the tensors, kept from one step to the next. For one thread. */
final class ChoiceRoom {
    private long[] likeliest = {};
    private float[][] rows = {};

    /**
     * The likeliest token after each of those asked for.
     *
     * @param logits {@code [asked for, vocabulary]} of float32 in rows, on the CPU
     */
    long[] likeliest(Tensor logits) {
        int asked = (int) logits.size(0);
        int vocabulary = (int) logits.size(1);
        if (likeliest.length < asked) {
            likeliest = new long[asked];
        }
        for (int i = 0; i < asked; i++) {
            likeliest[i] = HostRows.largest(row(logits, i), vocabulary);
        }
        return likeliest;
    }

    /** The {@code place}-th array of the step, whose content the next step replaces. */
    float[] array(int place, int width) {
        int there = rows.length;
        if (there <= place) {
            rows = Arrays.copyOf(rows, 2 * place + 1);
            for (int i = there; i < rows.length; i++) {
                rows[i] = new float[0];
            }
        }
        if (rows[place].length != width) {
            rows[place] = new float[width];
        }
        return rows[place];
    }

    /** One token's logits, which lie like those of {@link #likeliest}. */
    static void read(Tensor logits, long token, float[] into) {
        HostRows.copy(row(logits, token), into);
    }

    private static long row(Tensor logits, long token) {
        return logits.address() + token * logits.size(1) * Float.BYTES;
    }
}
