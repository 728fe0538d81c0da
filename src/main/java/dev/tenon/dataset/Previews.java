package dev.tenon.dataset;

import dev.tenon.core.Problem;
import dev.tenon.dataset.PreviewExample.Span;
import dev.tenon.text.ExampleFile;
import dev.tenon.text.LabelledJson;
import dev.tenon.text.LabelledTable;
import dev.tenon.text.TaggedColumns;
import dev.tenon.text.TrainingTokens;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Makes examples readable: the messages, and the tokens with those marked that training counts. */
@Component("datasetPreviews")
class Previews {
    private final PreviewTokenizer tokenizer;

    Previews(PreviewTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    List<PreviewExample> of(InputStream content, int offset, int limit) throws IOException {
        try (var in = new BufferedInputStream(content, 1 << 16)) {
            return switch (ExampleFile.of(in)) {
                case TABLE -> {
                    var labelled = new LabelledPreviews(offset, limit);
                    LabelledTable.read(in, labelled);
                    yield labelled.examples();
                }
                case COLUMNS -> {
                    var tagged = new LabelledPreviews(offset, limit);
                    TaggedColumns.read(in, tagged);
                    yield tagged.examples();
                }
                case JSON_LINES -> lines(in, offset, limit);
            };
        }
    }

    private List<PreviewExample> lines(InputStream content, int offset, int limit) throws IOException {
        var examples = new ArrayList<PreviewExample>();
        int index = 0;
        try (var lines = new Lines(content)) {
            for (var line = lines.next(); line != null && examples.size() < limit; line = lines.next()) {
                var text = Lines.text(line);
                if (text != null && !text.isEmpty() && index++ >= offset) {
                    examples.add(example(index - 1, text));
                }
            }
        }
        return examples;
    }

    private PreviewExample example(int index, String json) {
        Map<?, ?> example = Validation.JSON.readValue(json, Map.class);
        if (LabelledJson.fits(example) && !example.containsKey("messages")) {
            return LabelledPreviews.of(index, example);
        }
        var messages = messages(example);
        if (example.containsKey("input")) {
            return new PreviewExample(index, messages, List.of(), 0, 0);
        }
        try {
            var tokens = tokenizer.format().trainingLine(json);
            return new PreviewExample(index, messages, spans(tokens), tokens.ids().length, tokens.trainedCount());
        } catch (Problem unreadable) {
            return new PreviewExample(index, messages, List.of(), 0, 0);
        }
    }

    private List<Span> spans(TrainingTokens tokens) {
        var spans = new ArrayList<Span>();
        int from = 0;
        for (int at = 1; at <= tokens.ids().length; at++) {
            if (at == tokens.ids().length || tokens.trained()[at] != tokens.trained()[from]) {
                var text = tokenizer.format().tokenizer().decode(Arrays.copyOfRange(tokens.ids(), from, at), false);
                spans.add(new Span(text, tokens.trained()[from]));
                from = at;
            }
        }
        return spans;
    }

    private static List<Map<String, Object>> messages(Map<?, ?> example) {
        var messages = new ArrayList<Map<String, Object>>();
        if (example.get("prompt") instanceof String prompt && example.get("completion") instanceof String completion) {
            messages.add(Map.of("role", "user", "content", prompt));
            messages.add(Map.of("role", "assistant", "content", completion));
        }
        if (example.get("input") instanceof Map<?, ?> input) {
            add(messages, input.get("messages"));
            add(messages, example.get("preferred_output"));
        }
        add(messages, example.get("messages"));
        return messages;
    }

    private static void add(List<Map<String, Object>> messages, @org.jspecify.annotations.Nullable Object list) {
        if (list instanceof List<?> some) {
            for (var one : some) {
                if (one instanceof Map<?, ?> message) {
                    var copy = new LinkedHashMap<String, Object>();
                    message.forEach((key, value) -> {
                        if (value != null) {
                            copy.put(String.valueOf(key), value);
                        }
                    });
                    messages.add(copy);
                }
            }
        }
    }
}
