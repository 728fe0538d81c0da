package dev.tenon.text;

import dev.tenon.text.LabelledExample.Labelled;
import dev.tenon.text.LabelledExample.Tagged;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Examples as JSON: {@code {"text": …, "label": …}}, {@code {"text": …}}, {@code {"tokens": […], "tags": […]}}, or {@code
 * {"subject": …, "relation": …, "object": …}}, which is read as a sentence.
 */
public final class LabelledJson {
    private static final String TEXT = "text";
    private static final String LABEL = "label";
    private static final String WORDS = "tokens";
    private static final String TAGS = "tags";

    private LabelledJson() {}

    /** Whether an object is such an example, right or wrong. */
    public static boolean fits(Map<?, ?> object) {
        return object.containsKey(TEXT) || object.containsKey(WORDS) || object.containsKey(KnowledgeTriple.RELATION);
    }

    /** Reads the object of one line. */
    public static void read(long line, Map<?, ?> object, ExampleSink sink) {
        if (object.containsKey(WORDS)) {
            tagged(line, object, sink);
            return;
        }
        if (object.containsKey(KnowledgeTriple.RELATION) && !object.containsKey(TEXT)) {
            triple(line, object, sink);
            return;
        }
        if (!(object.get(TEXT) instanceof String text)) {
            sink.wrong(line, TEXT, "type", "must be a text.", "Write \"text\": \"…\".");
            return;
        }
        String label = label(object.get(LABEL));
        if (object.containsKey(LABEL) && label == null) {
            sink.wrong(line, LABEL, "type", "must be a text or a whole number.", "Write \"label\": \"…\".");
            return;
        }
        ExampleRules.labelled(line, new Labelled(text, label), TEXT, LABEL, sink);
    }

    private static void triple(long line, Map<?, ?> object, ExampleSink sink) {
        var parts = new ArrayList<String>();
        for (var field : List.of(KnowledgeTriple.SUBJECT, KnowledgeTriple.RELATION, KnowledgeTriple.OBJECT)) {
            if (!(object.get(field) instanceof String part)) {
                sink.wrong(
                        line,
                        field,
                        "type",
                        "must be a text.",
                        "Write {\"subject\": \"…\", \"relation\": \"IsA\", \"object\": \"…\"}.");
                return;
            }
            parts.add(part);
        }
        new KnowledgeTriple(parts.get(0), parts.get(1), parts.get(2)).tell(line, sink);
    }

    private static @Nullable String label(@Nullable Object value) {
        return value instanceof String || value instanceof Integer || value instanceof Long
                ? String.valueOf(value)
                : null;
    }

    private static void tagged(long line, Map<?, ?> object, ExampleSink sink) {
        List<String> words = texts(line, object, WORDS, sink);
        List<String> tags = texts(line, object, TAGS, sink);
        if (words == null || tags == null) {
            return;
        }
        if (words.isEmpty()) {
            sink.wrong(line, WORDS, "not_empty", "has no word.", "Leave sentences without words out.");
        } else if (words.size() != tags.size()) {
            sink.wrong(
                    line,
                    TAGS,
                    "one_for_each",
                    "has %d tags for %d tokens.".formatted(tags.size(), words.size()),
                    "Give every token one tag, 'O' where there is nothing to find.");
        } else {
            sink.example(line, new Tagged(words, tags));
        }
    }

    private static @Nullable List<String> texts(long line, Map<?, ?> object, String field, ExampleSink sink) {
        var texts = new ArrayList<String>();
        if (object.get(field) instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                if (!(list.get(i) instanceof String text) || text.isBlank()) {
                    sink.wrong(
                            line,
                            "%s[%d]".formatted(field, i),
                            "type",
                            "must be a text that is not empty.",
                            "Write it as \"…\"; tags are names such as B-PER, not numbers.");
                    return null;
                }
                texts.add(text);
            }
            return texts;
        }
        sink.wrong(
                line,
                field,
                "type",
                "must be a list of texts.",
                "Give the line both \"tokens\": [\"…\"] and \"tags\": [\"…\"].");
        return null;
    }
}
