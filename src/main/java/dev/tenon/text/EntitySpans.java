package dev.tenon.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Entities in tagged words. In IOB2 an entity begins with {@code B-} and goes on with {@code I-} of its type; an {@code
 * I-} that follows nothing of its type begins one too, as the reference scorer has it.
 */
public final class EntitySpans {
    private static final String OUTSIDE = "O";

    private EntitySpans() {}

    /** An entity from one word to the one after its last. */
    public record Span(int start, int end, String type) {}

    /** Whether labels are tags of entities. */
    public static boolean fit(List<String> labels) {
        return labels.stream().allMatch(label -> label.equals(OUTSIDE) || label.matches("[BI]-.+"))
                && labels.stream().anyMatch(label -> label.startsWith("B-"));
    }

    /** The entities of a sentence, in its order. */
    public static List<Span> of(List<String> tags) {
        var spans = new ArrayList<Span>();
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
}
