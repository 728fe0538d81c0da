package dev.tenon.experiments;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * A task that needs a language but no labels in it: to tell which characters of a text were replaced by others of the same
 * text, one in seven, from what stands before them.
 */
record Replaced(CausalModel model, List<long[]> windows) {
    private static final int BATCH = 32;
    private static final int TESTED = 256;

    private record Example(List<long[]> rows, long[] replaced) {}

    private static Example of(List<long[]> windows, Random random) {
        var rows = new ArrayList<long[]>();
        var replaced = new ArrayList<Long>();
        for (long[] window : windows) {
            long[] row = window.clone();
            for (int i = 0; i < row.length; i++) {
                if (random.nextInt(100) < 15) {
                    row[i] = window[random.nextInt(window.length)];
                }
                replaced.add(row[i] == window[i] ? 0L : 1L);
            }
            rows.add(row);
        }
        return new Example(rows, replaced.stream().mapToLong(Long::longValue).toArray());
    }

    /** Mean cross-entropy of a batch's characters, told by a head {@code [2, hidden]} from the last hidden states. */
    Tensor loss(Hooks hooks, Tensor head, Random random) {
        var some = of(Characters.sample(windows, BATCH, random), random);
        int count = some.replaced().length;
        var sums = Kernels.callList("token_loss", scores(hooks, head, some.rows()), Tensors.of(some.replaced(), count));
        return sums.getFirst().sum().mul(1.0 / count);
    }

    private Tensor scores(Hooks hooks, Tensor head, List<long[]> rows) {
        return model.hidden(Sequences.of(rows), hooks).matmul(head.transpose(0, 1));
    }

    /** How often, in percent, a replaced character is rated above one that was not (the area under the ROC curve). */
    double area(Hooks hooks, Tensor head) {
        var random = new Random(77);
        var some = of(Characters.sample(windows, TESTED, random), random);
        int count = some.replaced().length;
        try (var scope = Scope.open()) {
            float[] scores = scores(hooks, head.detach(), some.rows()).toFloats();
            var order = new Integer[count];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.comparingDouble(i -> scores[2 * i + 1] - scores[2 * i]));
            long below = 0;
            long pairs = 0;
            for (int place : order) {
                if (some.replaced()[place] == 0) {
                    below++;
                } else {
                    pairs += below;
                }
            }
            return 100.0 * pairs / ((double) below * (count - below));
        }
    }
}
