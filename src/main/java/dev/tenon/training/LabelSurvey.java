package dev.tenon.training;

import dev.tenon.model.BaseTask;
import dev.tenon.text.ExampleFile;
import dev.tenon.text.LabelledExample;
import dev.tenon.text.LabelledExample.Labelled;
import dev.tenon.text.LabelledExample.Tagged;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a training file has to teach.
 *
 * @param labels all of them in the order of their names, 'O' first
 */
record LabelSurvey(BaseTask task, List<String> labels) {
    private static final String OUTSIDE = "O";

    static LabelSurvey of(Path file) {
        var found = new TreeSet<String>();
        var task = new BaseTask[] {BaseTask.MASKED_LM};
        ExampleFile.read(file, new FailingSink() {
            @Override
            public void example(long line, LabelledExample example) {
                switch (example) {
                    case Labelled labelled -> {
                        String label = labelled.label();
                        if (label != null) {
                            task[0] = BaseTask.CLASSIFICATION;
                            found.add(label);
                        }
                    }
                    case Tagged tagged -> {
                        task[0] = BaseTask.TAGGING;
                        found.addAll(tagged.tags());
                    }
                }
            }
        });
        var labels = new ArrayList<>(found);
        if (labels.remove(OUTSIDE)) {
            labels.addFirst(OUTSIDE);
        }
        return new LabelSurvey(task[0], List.copyOf(labels));
    }
}
