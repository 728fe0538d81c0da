package dev.tenon.training;

import dev.tenon.text.EntitySpans;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Entities found whole: a span counts only where its bounds and its type are right (Tjong Kim Sang and De Meulder 2003).
 */
final class EntityTally implements Tally {
    private final List<String> labels;
    private int found;
    private int told;
    private int hits;

    EntityTally(List<String> labels) {
        this.labels = labels;
    }

    @Override
    public void add(List<Document> documents, int[] given) {
        int at = 0;
        for (var document : documents) {
            int[] targets = java.util.Arrays.stream(document.targets())
                    .filter(target -> target != Document.NOTHING)
                    .toArray();
            var wanted = EntitySpans.of(
                    java.util.Arrays.stream(targets).mapToObj(labels::get).toList());
            var said = new HashSet<>(EntitySpans.of(java.util.Arrays.stream(given, at, at + targets.length)
                    .mapToObj(labels::get)
                    .toList()));
            found += wanted.size();
            told += said.size();
            said.retainAll(wanted);
            hits += said.size();
            at += targets.length;
        }
    }

    @Override
    public Map<String, Double> scores() {
        return Map.of("entityF1", found + told == 0 ? 0 : 2.0 * hits / (found + told));
    }
}
