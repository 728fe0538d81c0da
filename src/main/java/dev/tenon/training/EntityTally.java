package dev.tenon.training;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Entities found whole: a span counts only where its bounds and its type are right (Tjong Kim Sang and De Meulder 2003).
 * In IOB2 an entity begins with {@code B-} and goes on with {@code I-} of its type; an {@code I-} that follows nothing of
 * its type begins one too, as the reference scorer has it.
 */
final class EntityTally implements Tally {
    private static final String OUTSIDE = "O";

    private final List<String> labels;
    private int found;
    private int told;
    private int hits;

    EntityTally(List<String> labels) {
        this.labels = labels;
    }

    /** Whether labels are tags of entities. */
    static boolean fits(List<String> labels) {
        return labels.stream().allMatch(label -> label.equals(OUTSIDE) || label.matches("[BI]-.+"))
                && labels.stream().anyMatch(label -> label.startsWith("B-"));
    }

    /** An entity from one word to the one after its last. */
    record Span(int start, int end, String type) {}

    /** The entities of a sentence. */
    static Set<Span> spans(List<String> tags) {
        var spans = new HashSet<Span>();
        int start = 0;
        String type = "";
        for (int i = 0; i <= tags.size(); i++) {
            String tag = i < tags.size() ? tags.get(i) : OUTSIDE;
            String next = tag.equals(OUTSIDE) ? "" : tag.substring(2);
            if (!next.equals(type) || tag.startsWith("B-")) {
                if (!type.isEmpty()) {
                    spans.add(new Span(start, i, type));
                }
                start = i;
                type = next;
            }
        }
        return spans;
    }

    @Override
    public void add(List<Document> documents, int[] given) {
        int at = 0;
        for (var document : documents) {
            int[] targets = java.util.Arrays.stream(document.targets())
                    .filter(target -> target != Document.NOTHING)
                    .toArray();
            var wanted =
                    spans(java.util.Arrays.stream(targets).mapToObj(labels::get).toList());
            var said = spans(java.util.Arrays.stream(given, at, at + targets.length)
                    .mapToObj(labels::get)
                    .toList());
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
