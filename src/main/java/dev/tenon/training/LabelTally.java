package dev.tenon.training;

import java.util.List;
import java.util.Map;

/**
 * Hits and misses by label. The macro F1 is the mean over the labels that occur, in the targets or among what was told,
 * of {@code 2 TP / (2 TP + FP + FN)}.
 */
final class LabelTally implements Tally {
    private final int[] hits;
    private final int[] wanted;
    private final int[] told;

    LabelTally(int labels) {
        hits = new int[labels];
        wanted = new int[labels];
        told = new int[labels];
    }

    @Override
    public void add(List<Document> documents, int[] given) {
        int at = 0;
        for (var document : documents) {
            for (int target : document.targets()) {
                if (target != Document.NOTHING) {
                    int said = given[at++];
                    wanted[target]++;
                    told[said]++;
                    hits[target] += said == target ? 1 : 0;
                }
            }
        }
    }

    @Override
    public Map<String, Double> scores() {
        double sum = 0;
        int seen = 0;
        for (int label = 0; label < hits.length; label++) {
            int both = wanted[label] + told[label];
            if (both > 0) {
                sum += 2.0 * hits[label] / both;
                seen++;
            }
        }
        return Map.of("macroF1", seen == 0 ? 0 : sum / seen);
    }
}
