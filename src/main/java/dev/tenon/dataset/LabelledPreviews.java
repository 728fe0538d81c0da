package dev.tenon.dataset;

import dev.tenon.dataset.PreviewExample.Span;
import dev.tenon.text.ExampleSink;
import dev.tenon.text.LabelledExample;
import dev.tenon.text.LabelledExample.Labelled;
import dev.tenon.text.LabelledExample.Tagged;
import dev.tenon.text.LabelledJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A stretch of an encoder's examples for the eye: a text and its label, or words of which the tagged are marked. */
final class LabelledPreviews implements ExampleSink {
    private static final String OUTSIDE = "O";

    private final int offset;
    private final int limit;
    private final List<PreviewExample> examples = new ArrayList<>();
    private int index;

    LabelledPreviews(int offset, int limit) {
        this.offset = offset;
        this.limit = limit;
    }

    /** One example, already read as JSON; nothing in a stored file is wrong. */
    static PreviewExample of(int index, Map<?, ?> json) {
        var one = new LabelledPreviews(0, 1);
        one.index = index;
        LabelledJson.read(index, json, one);
        return one.examples.isEmpty()
                ? new PreviewExample(index, List.of(), List.of(), 0, 0)
                : one.examples.getFirst();
    }

    List<PreviewExample> examples() {
        return examples;
    }

    @Override
    public void example(long line, LabelledExample example) {
        int at = index++;
        if (at < offset || full()) {
            return;
        }
        examples.add(
                switch (example) {
                    case Labelled labelled -> labelled(at, labelled);
                    case Tagged tagged -> tagged(at, tagged);
                });
    }

    private static PreviewExample labelled(int index, Labelled example) {
        var messages = new ArrayList<Map<String, Object>>();
        messages.add(Map.of("role", "text", "content", example.text()));
        if (example.label() != null) {
            messages.add(Map.of("role", "label", "content", example.label()));
        }
        return new PreviewExample(index, messages, List.of(), 0, 0);
    }

    private static PreviewExample tagged(int index, Tagged example) {
        var spans = new ArrayList<Span>();
        var tags = new ArrayList<String>();
        int marked = 0;
        for (int i = 0; i < example.words().size(); i++) {
            boolean inside = !example.tags().get(i).equals(OUTSIDE);
            marked += inside ? 1 : 0;
            if (inside) {
                tags.add(example.words().get(i) + " " + example.tags().get(i));
            }
            spans.add(new Span(example.words().get(i) + " ", inside));
        }
        List<Map<String, Object>> messages = List.of(
                Map.of("role", "text", "content", String.join(" ", example.words())),
                Map.of("role", "tags", "content", String.join(", ", tags)));
        return new PreviewExample(index, messages, spans, example.words().size(), marked);
    }

    @Override
    public void wrong(long line, String field, String rule, String message, String fix) {
        // what is stored was validated on its way in
    }

    @Override
    public boolean full() {
        return examples.size() >= limit;
    }
}
