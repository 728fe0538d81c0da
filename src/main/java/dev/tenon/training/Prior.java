package dev.tenon.training;

import java.util.Arrays;
import java.util.List;

/** What one knows of labels without reading: how often each occurs. A tuned model is measured against it. */
final class Prior {
    private final double[] logarithms;
    private final int commonest;

    /** Counts the labels of training documents, each once more than it occurs. */
    Prior(TokenFile train, int labels) {
        var counts = new double[labels];
        Arrays.fill(counts, 1);
        for (int i = 0; i < train.documents(); i++) {
            for (int target : train.document(i).targets()) {
                if (target != Document.NOTHING) {
                    counts[target]++;
                }
            }
        }
        double total = Arrays.stream(counts).sum();
        int most = 0;
        logarithms = new double[labels];
        for (int label = 0; label < labels; label++) {
            logarithms[label] = Math.log(counts[label] / total);
            most = counts[label] > counts[most] ? label : most;
        }
        commonest = most;
    }

    /** The commonest label, told of everything. */
    Evaluation evaluate(List<Document> documents, Tally tally) {
        double loss = 0;
        int correct = 0;
        int targets = 0;
        for (var document : documents) {
            for (int target : document.targets()) {
                if (target != Document.NOTHING) {
                    loss -= logarithms[target];
                    correct += target == commonest ? 1 : 0;
                    targets++;
                }
            }
        }
        var told = new int[targets];
        Arrays.fill(told, commonest);
        tally.add(documents, told);
        return new Evaluation(loss / targets, (double) correct / targets, tally.scores());
    }
}
