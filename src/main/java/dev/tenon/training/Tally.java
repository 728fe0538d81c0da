package dev.tenon.training;

import dev.tenon.text.EntitySpans;
import java.util.List;
import java.util.Map;

/** Counts what was told of documents, for the scores of a task. */
interface Tally {
    /** Counts nothing: tokens that are guessed have a loss and an accuracy, and that is all. */
    Tally NONE = new Tally() {
        @Override
        public boolean wanted() {
            return false;
        }

        @Override
        public void add(List<Document> documents, int[] told) {
            // nothing is counted
        }

        @Override
        public Map<String, Double> scores() {
            return Map.of();
        }
    };

    /** The one of a task. */
    static Tally of(TaskFile task) {
        return switch (task.task()) {
            case CLASSIFICATION -> new LabelTally(task.labels().size());
            case TAGGING ->
                EntitySpans.fit(task.labels())
                        ? new EntityTally(task.labels())
                        : new LabelTally(task.labels().size());
            case GENERATION, MASKED_LM -> NONE;
        };
    }

    default boolean wanted() {
        return true;
    }

    /**
     * Counts documents.
     *
     * @param told the class of every target, documents end to end
     */
    void add(List<Document> documents, int[] told);

    /** Scores between 0 and 1 by name. */
    Map<String, Double> scores();
}
