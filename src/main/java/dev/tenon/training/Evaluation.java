package dev.tenon.training;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well a model predicts the trained tokens of some documents.
 *
 * @param loss mean cross-entropy, nats a token
 * @param accuracy part of the tokens that were the most likely ones
 */
record Evaluation(double loss, double accuracy) {
    private static final int ROWS = 1024;

    /** Runs the first {@code most} documents; {@code alive} is called between batches. */
    static Evaluation of(CausalModel model, Hooks hooks, TokenFile file, int most, int batchTokens, Runnable alive) {
        var documents = new ArrayList<Document>();
        for (int i = 0; i < Math.min(most, file.documents()); i++) {
            documents.add(file.document(i));
        }
        double loss = 0;
        double correct = 0;
        long targets = 0;
        for (Batch batch : Batch.split(documents, batchTokens)) {
            alive.run();
            double[] sums = sums(model, hooks, batch);
            loss += sums[0];
            correct += sums[1];
            targets += batch.targets().length;
        }
        return new Evaluation(loss / targets, correct / targets);
    }

    private static double[] sums(CausalModel model, Hooks hooks, Batch batch) {
        var sums = new double[2];
        try (var scope = Scope.open()) {
            Tensor hidden = model.hidden(batch.sequences(), hooks);
            for (int from = 0; from < batch.targets().length; from += ROWS) {
                int to = Math.min(from + ROWS, batch.targets().length);
                var sources = rows(batch.sources(), from, to, model);
                var targets = rows(batch.targets(), from, to, model);
                List<Tensor> loss =
                        Kernels.callList("token_loss", model.logits(hidden.select(0, sources), hooks), targets);
                sums[0] += loss.getFirst().item();
                sums[1] += loss.getLast().item();
            }
        }
        return sums;
    }

    private static Tensor rows(long[] values, int from, int to, CausalModel model) {
        return Tensors.of(Arrays.copyOfRange(values, from, to), model.device(), to - from);
    }
}
