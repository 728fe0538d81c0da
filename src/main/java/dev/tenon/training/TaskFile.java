package dev.tenon.training;

import dev.tenon.model.BaseTask;
import dev.tenon.model.HeadForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the prepared documents ask for; {@code prepared/task.json}.
 *
 * @param labels names of the classes, by number; empty where tokens are guessed
 * @param masking how tokens are hidden before they are guessed, or null
 */
record TaskFile(
        BaseTask task, List<String> labels, @Nullable Masking masking) {
    static final TaskFile GENERATION = new TaskFile(BaseTask.GENERATION, List.of(), null);

    /** A document as it is trained or measured; the seed decides what is hidden in it. */
    Document drawn(Document document, long seed) {
        return masking == null ? document : masking.draw(document, seed);
    }

    /** What the head of this task reads, or null where there is none. */
    HeadForm.@Nullable Task head() {
        return switch (task) {
            case CLASSIFICATION -> HeadForm.Task.CLASSIFICATION;
            case TAGGING -> HeadForm.Task.TAGGING;
            case GENERATION, MASKED_LM -> null;
        };
    }
}
