package dev.tenon.serving;

import dev.tenon.model.HeadForm;
import java.util.List;

/**
 * What a model told of some texts, in their order.
 *
 * @param tokens read in all
 */
public record Classification(HeadForm.Task task, List<Told> texts, int tokens) {
    /** A label and its probability. */
    public record Score(String label, double score) {}

    /**
     * A stretch of a text that bears a label, in UTF-16 units.
     *
     * @param score mean probability of its words' tags
     */
    public record Found(String label, int start, int end, double score) {}

    /**
     * What was told of one text.
     *
     * @param scores every label, the likeliest first; empty for tagging
     * @param found the entities, or where the tags are no entities' every word; empty for classification
     * @param truncated whether its end was cut off, so that nothing is told of it
     */
    public record Told(List<Score> scores, List<Found> found, boolean truncated) {}

    public Classification {
        texts = List.copyOf(texts);
    }
}
