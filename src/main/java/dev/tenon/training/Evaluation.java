package dev.tenon.training;

import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How well a model tells the targets of some documents.
 *
 * @param loss mean cross-entropy, nats a target
 * @param accuracy part of the targets that were the most likely ones
 * @param scores what else the task is measured by, for example {@code macroF1}
 */
record Evaluation(double loss, double accuracy, Map<String, Double> scores) {
    private static final int ROWS = 1024;

    Evaluation {
        scores = Map.copyOf(scores);
    }

    /**
     * Runs documents; {@code alive} is called between batches.
     *
     * @param readout from hidden states {@code [rows, hidden]} to scores {@code [rows, classes]}
     * @param tally takes what was told of every document
     */
    static Evaluation of(
            Network model,
            Hooks hooks,
            UnaryOperator<Tensor> readout,
            List<Document> documents,
            int batchTokens,
            Tally tally,
            Runnable alive) {
        double loss = 0;
        double correct = 0;
        long targets = 0;
        int done = 0;
        for (Batch batch : Batch.split(documents, batchTokens)) {
            alive.run();
            var told = new int[batch.targets().length];
            double[] sums = sums(model, hooks, readout, batch, tally.wanted() ? told : null);
            loss += sums[0];
            correct += sums[1];
            targets += batch.targets().length;
            if (tally.wanted()) {
                int count = batch.sequences().lengths().length;
                tally.add(documents.subList(done, done + count), told);
                done += count;
            }
        }
        return new Evaluation(loss / targets, correct / targets, tally.scores());
    }

    private static double[] sums(
            Network model,
            Hooks hooks,
            UnaryOperator<Tensor> readout,
            Batch batch,
            int @org.jspecify.annotations.Nullable [] told) {
        var sums = new double[2];
        try (var scope = Scope.open()) {
            Tensor hidden = model.hidden(batch.sequences(), hooks);
            for (int from = 0; from < batch.targets().length; from += ROWS) {
                int to = Math.min(from + ROWS, batch.targets().length);
                var sources = rows(batch.sources(), from, to, model);
                Tensor logits = readout.apply(hidden.select(0, sources));
                List<Tensor> loss = Kernels.callList("token_loss", logits, rows(batch.targets(), from, to, model));
                sums[0] += loss.getFirst().item();
                sums[1] += loss.getLast().item();
                if (told != null) {
                    long[] best = logits.argmax(-1).toLongs();
                    for (int i = from; i < to; i++) {
                        told[i] = (int) best[i - from];
                    }
                }
            }
        }
        return sums;
    }

    private static Tensor rows(long[] values, int from, int to, Network model) {
        return Tensors.of(Arrays.copyOfRange(values, from, to), model.device(), to - from);
    }
}
