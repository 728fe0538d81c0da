package dev.tenon.training;

import dev.tenon.core.Problem;
import dev.tenon.model.BaseTask;
import dev.tenon.model.EncoderConfig;
import dev.tenon.text.EncoderFormat;
import dev.tenon.text.ExampleFile;
import dev.tenon.text.LabelledExample;
import dev.tenon.text.LabelledExample.Labelled;
import dev.tenon.text.LabelledExample.Tagged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Labelled texts, tagged words or bare texts for an encoder. A text's label is told from its first token, a word's tag
 * from the word's first piece.
 */
final class EncoderDocuments implements DocumentSource {
    private final EncoderFormat format;
    private final TaskFile task;
    private final int longest;
    private final Map<String, Integer> numbers = new HashMap<>();

    private EncoderDocuments(EncoderFormat format, TaskFile task, int longest) {
        this.format = format;
        this.task = task;
        this.longest = longest;
        for (int i = 0; i < task.labels().size(); i++) {
            numbers.put(task.labels().get(i), i);
        }
    }

    /**
     * Finds out from a training file what there is to learn.
     *
     * @param labels those of the adapter that is continued, in its order; empty for a new one
     * @throws Problem 400 where the base cannot learn it
     */
    static EncoderDocuments of(Path train, Path base, EncoderConfig config, List<String> labels, int longest) {
        var survey = LabelSurvey.of(train);
        var format = EncoderFormat.load(base);
        try {
            return new EncoderDocuments(format, task(survey, format, config, labels), longest);
        } catch (RuntimeException e) {
            format.close();
            throw e;
        }
    }

    private static TaskFile task(LabelSurvey survey, EncoderFormat format, EncoderConfig config, List<String> labels) {
        if (survey.task() != BaseTask.MASKED_LM) {
            return new TaskFile(survey.task(), labels.isEmpty() ? survey.labels() : labels, null);
        }
        Integer mask = format.mask();
        if (mask == null || config.head() != EncoderConfig.Top.MASKED) {
            throw Problem.invalid(
                    "training_file",
                    "missing_labels",
                    "The training file has texts without labels, but the base model cannot guess masked tokens: give"
                            + " every text a label.");
        }
        return new TaskFile(BaseTask.MASKED_LM, List.of(), new Masking(mask, config.vocabulary()));
    }

    @Override
    public TaskFile task() {
        return task;
    }

    @Override
    public void read(Path file, Taker taker) {
        ExampleFile.read(file, new FailingSink() {
            @Override
            public void example(long line, LabelledExample example) {
                try {
                    switch (example) {
                        case Labelled labelled -> labelled(line, labelled, taker);
                        case Tagged tagged -> tagged(line, tagged, taker);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    private void labelled(long line, Labelled example, Taker taker) throws IOException {
        int[] ids = format.text(example.text(), longest);
        var targets = new int[ids.length];
        Arrays.fill(targets, Document.NOTHING);
        if (task.task() == BaseTask.MASKED_LM) {
            for (int i = 0; i < ids.length; i++) {
                targets[i] = format.around(i, ids.length) ? Document.NOTHING : ids[i];
            }
        } else {
            require(line, BaseTask.CLASSIFICATION);
            targets[0] = number(line, Objects.requireNonNullElse(example.label(), ""));
        }
        taker.take(line, new Document(ids, targets), ids.length == longest);
    }

    private void tagged(long line, Tagged example, Taker taker) throws IOException {
        require(line, BaseTask.TAGGING);
        var words = format.words(example.words(), longest);
        var targets = new int[words.ids().length];
        Arrays.fill(targets, Document.NOTHING);
        for (int i = 0; i < words.pieces().length; i++) {
            int number = number(line, example.tags().get(i));
            if (words.pieces()[i] >= 0) {
                targets[words.pieces()[i]] = number;
            }
        }
        taker.take(line, new Document(words.ids(), targets), words.ids().length == longest);
    }

    private void require(long line, BaseTask expected) {
        if (task.task() != expected) {
            throw Problem.invalid(
                    "validation_file",
                    "other_task",
                    "Line %d is an example for %s, but the training file is for %s: give files of one kind."
                            .formatted(line, expected.label(), task.task().label()));
        }
    }

    private int number(long line, String label) {
        Integer number = numbers.get(label);
        if (number == null) {
            throw Problem.invalid(
                    "validation_file",
                    "unknown_label",
                    "Line %d has the label '%s', which is none of those to be learned: %s."
                            .formatted(
                                    line,
                                    label,
                                    String.join(
                                            ", ",
                                            task.labels().stream().limit(20).toList())));
        }
        return number;
    }

    @Override
    public void close() {
        format.close();
    }
}
