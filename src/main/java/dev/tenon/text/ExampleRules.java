package dev.tenon.text;

import dev.tenon.text.LabelledExample.Labelled;

/** What a labelled text must be, however it is written. */
final class ExampleRules {
    private static final int LONGEST_LABEL = 200;

    private ExampleRules() {}

    /** Passes an example on, or says what is wrong with it in the file's own names for the two fields. */
    static void labelled(long line, Labelled example, String textField, String labelField, ExampleSink sink) {
        String label = example.label();
        if (example.text().isBlank()) {
            sink.wrong(line, textField, "not_empty", "is empty.", "Leave examples without text out.");
        } else if (label != null && label.isBlank()) {
            sink.wrong(line, labelField, "not_empty", "is empty.", "Give every text a label.");
        } else if (label != null && label.length() > LONGEST_LABEL) {
            sink.wrong(
                    line,
                    labelField,
                    "length",
                    "is longer than %d characters.".formatted(LONGEST_LABEL),
                    "Use short names as labels; is this really the label's column?");
        } else {
            sink.example(line, label == null ? example : new Labelled(example.text(), label.strip()));
        }
    }
}
