package dev.tenon.dataset;

import dev.tenon.text.ExampleFile;
import dev.tenon.text.ExampleSink;
import dev.tenon.text.LabelledExample;
import dev.tenon.text.LabelledJson;
import dev.tenon.text.LabelledTable;
import dev.tenon.text.TaggedColumns;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads a training file once, line by line, and reports on all of it; its memory does not grow with the file. */
final class Validation implements ExampleSink {
    private static final int REPORTED = 20;
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final List<LineProblem> problems = new ArrayList<>();
    private long totalProblems;
    private long examples;
    private long turns;
    private long characters;
    private @Nullable String format;
    private long formatLine;
    private long lastLine;
    private final LabelCensus labels = new LabelCensus();

    static ValidationReport of(InputStream content) throws IOException {
        return new Validation().read(content);
    }

    private ValidationReport read(InputStream content) throws IOException {
        try (var in = new BufferedInputStream(content, 1 << 16)) {
            var binary = BinaryFile.of(in);
            if (binary.isPresent()) {
                add(binary.get());
            } else {
                examples(in);
            }
        }
        labels.atTheEnd().forEach(this::add);
        if (examples == 0 && totalProblems == 0) {
            add(new LineProblem(
                    1,
                    "file",
                    "not_empty",
                    "The file holds no example.",
                    "Put one JSON object on each line, for example {\"messages\": […]}."));
        }
        return new ValidationReport(
                totalProblems == 0,
                lastLine,
                List.copyOf(problems),
                totalProblems,
                examples == 0 || format == null
                        ? null
                        : new DatasetSummary(format, examples, turns, Math.max(1, characters / 4), characters));
    }

    private void examples(BufferedInputStream in) throws IOException {
        switch (ExampleFile.of(in)) {
            case TABLE -> LabelledTable.read(in, this);
            case COLUMNS -> TaggedColumns.read(in, this);
            case JSON_LINES -> lines(in);
        }
    }

    private void lines(InputStream in) throws IOException {
        try (var lines = new Lines(in)) {
            for (var line = lines.next(); line != null; line = lines.next()) {
                line(lines, line);
            }
            lastLine = lines.number();
        }
    }

    @Override
    public void example(long line, LabelledExample example) {
        lastLine = line;
        if (labels.overflows(example)) {
            add(LabelCensus.tooMany(line));
        }
        count(line, new LineRules.Finding(format(example), 1, example.characters(), List.of()));
    }

    private static String format(LabelledExample example) {
        return switch (example) {
            case LabelledExample.Labelled labelled ->
                labelled.label() == null ? LineRules.TEXT : LineRules.CLASSIFICATION;
            case LabelledExample.Tagged tagged -> LineRules.TAGGING;
        };
    }

    @Override
    public void wrong(long line, String field, String rule, String message, String fix) {
        lastLine = line;
        add(new LineProblem(line, field, rule, message, fix));
    }

    private void line(Lines lines, byte[] bytes) {
        long number = lines.number();
        if (lines.tooLong()) {
            add(new LineProblem(
                    number,
                    "line",
                    "length",
                    "The line is longer than 8 MiB.",
                    "Split the example into shorter ones."));
            return;
        }
        var text = Lines.text(bytes);
        if (text == null) {
            add(new LineProblem(number, "line", "utf8", "The line is not UTF-8 text.", "Save the file as UTF-8."));
        } else if (!text.isEmpty()) {
            json(number, text);
        }
    }

    private void json(long number, String text) {
        Object value;
        try {
            value = JSON.readValue(text, Object.class);
        } catch (JacksonException e) {
            var at = e.getLocation();
            add(new LineProblem(
                    number,
                    "line",
                    "json",
                    "The line is not valid JSON%s."
                            .formatted(at == null ? "" : " (column %d)".formatted(Math.max(1, at.getColumnNr()))),
                    "Write one complete JSON object on the line; check quotes, commas and brackets."));
            return;
        }
        if (!(value instanceof Map<?, ?> example)) {
            add(new LineProblem(
                    number,
                    "line",
                    "object",
                    "The line is not a JSON object.",
                    "Write {\"messages\": […]} or {\"text\": …, \"label\": …} on the line."));
            return;
        }
        if (LabelledJson.fits(example) && !example.containsKey("messages")) {
            LabelledJson.read(number, example, this);
            return;
        }
        var finding = LineRules.check(number, example);
        finding.problems().forEach(this::add);
        if (finding.problems().isEmpty()) {
            count(number, finding);
        }
    }

    private void count(long number, LineRules.Finding finding) {
        if (format == null) {
            format = finding.format();
            formatLine = number;
        } else if (!format.equals(finding.format())) {
            add(new LineProblem(
                    number,
                    "line",
                    "one_format",
                    "This is a %s example, but line %d is a %s example."
                            .formatted(finding.format(), formatLine, format),
                    "Keep one format in a file; put the others into a file of their own."));
            return;
        }
        examples++;
        turns += finding.turns();
        characters += finding.characters();
    }

    private void add(LineProblem problem) {
        totalProblems++;
        if (problems.size() < REPORTED) {
            problems.add(problem);
        }
    }
}
