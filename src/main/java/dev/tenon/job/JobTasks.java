package dev.tenon.job;

import dev.tenon.core.Problem;
import dev.tenon.dataset.FileView;
import dev.tenon.method.TrainedHead;
import dev.tenon.model.BaseTask;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.ModelConfig;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a job trains for: the training file's format says it, and the base must be able to. */
final class JobTasks {
    private static final Map<String, BaseTask> BY_FORMAT = Map.of(
            "chat", BaseTask.GENERATION,
            "completion", BaseTask.GENERATION,
            "classification", BaseTask.CLASSIFICATION,
            "tagging", BaseTask.TAGGING,
            "text", BaseTask.MASKED_LM);

    private static final Map<BaseTask, String> LINES = Map.of(
            BaseTask.GENERATION, "chat ('messages') or 'prompt'/'completion' lines",
            BaseTask.CLASSIFICATION, "texts with a label each (JSON lines or a table)",
            BaseTask.TAGGING, "words with a tag each (CoNLL or JSON lines)",
            BaseTask.MASKED_LM, "texts without labels");

    private static final Set<BaseTask> WITH_HEAD = Set.of(BaseTask.CLASSIFICATION, BaseTask.TAGGING);

    private static final int SEEN_BY_DECODERS = 600;
    private static final int SEEN_BY_ENCODERS = 4000;

    private JobTasks() {}

    /** About how many examples a run sees where nobody says: an encoder's are short, and a head begins with nothing. */
    static int examplesSeen(ModelConfig base) {
        return base instanceof DecoderConfig ? SEEN_BY_DECODERS : SEEN_BY_ENCODERS;
    }

    /**
     * Requires files that the base can be trained on, both for the same.
     *
     * @throws Problem 400 naming the file, what it holds and what is needed
     */
    static void require(ModelConfig base, FileView training, @Nullable FileView validation) {
        BaseTask task = BY_FORMAT.get(format(training));
        if (task == null || !base.tasks().contains(task)) {
            String needed = base.tasks().stream().map(LINES::get).collect(Collectors.joining(", or "));
            throw wrong("training_file", training, needed);
        }
        if (validation != null && BY_FORMAT.get(format(validation)) != task) {
            throw wrong("validation_file", validation, Objects.requireNonNull(LINES.get(task)));
        }
    }

    /**
     * The learning rate of the head that a file's task needs, the usual one for the base where none is asked for; null where
     * the task needs no head.
     *
     * @throws Problem 400 where one is asked for and there is no head
     */
    static @Nullable Double headRate(ModelConfig base, FileView training, @Nullable Double asked) {
        if (WITH_HEAD.contains(BY_FORMAT.get(format(training)))) {
            return asked != null ? asked : Double.valueOf(TrainedHead.learningRate(base.hidden()));
        }
        if (asked != null) {
            throw Problem.invalid(
                    "hyperparameters.head_learning_rate",
                    "invalid_hyperparameter",
                    "'head_learning_rate' is for jobs that train a head (labels or tags); the file '%s' holds %s examples: leave it out."
                            .formatted(training.id(), format(training)));
        }
        return null;
    }

    private static String format(FileView file) {
        return Objects.requireNonNull(file.dataset()).format();
    }

    private static Problem wrong(String param, FileView file, String needed) {
        return Problem.invalid(
                param,
                "invalid_dataset_format",
                "The file '%s' holds %s examples; this job needs %s.".formatted(file.id(), format(file), needed));
    }
}
