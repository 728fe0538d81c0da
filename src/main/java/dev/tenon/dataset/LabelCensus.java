package dev.tenon.dataset;

import dev.tenon.text.LabelledExample;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The different labels of a file, which must be at least two and not nearly as many as there are examples. */
final class LabelCensus {
    static final int MOST = 1000;

    private final Set<String> labels = new HashSet<>();
    private boolean tooMany;

    /** Counts an example; says whether it brought one label more than there may be, which it does once. */
    boolean overflows(LabelledExample example) {
        switch (example) {
            case LabelledExample.Labelled labelled -> {
                if (labelled.label() != null) {
                    labels.add(labelled.label());
                }
            }
            case LabelledExample.Tagged tagged -> labels.addAll(tagged.tags());
        }
        boolean now = labels.size() > MOST && !tooMany;
        tooMany |= now;
        if (tooMany) {
            labels.clear();
        }
        return now;
    }

    /** The problem of a file whose examples all bear one label, or none. */
    List<LineProblem> atTheEnd() {
        return tooMany || labels.size() != 1
                ? List.of()
                : List.of(new LineProblem(
                        1,
                        "label",
                        "two_labels",
                        "Every example has the label '%s', so there is nothing to tell apart."
                                .formatted(labels.iterator().next()),
                        "Add examples with other labels."));
    }

    /** The problem at the line that brought one label too many. */
    static LineProblem tooMany(long line) {
        return new LineProblem(
                line,
                "label",
                "few_labels",
                "There are more than %d different labels up to here.".formatted(MOST),
                "Is this really the label's column? Join rare labels into one.");
    }
}
