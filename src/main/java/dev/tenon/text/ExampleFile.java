package dev.tenon.text;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;

/** How a file of examples is written; found out from its beginning. */
public enum ExampleFile {
    /** One JSON object a line. */
    JSON_LINES,
    /** Separated values with a header that names a text and perhaps a label, or the parts of a triple. */
    TABLE,
    /** CoNLL: a word and its tag on each line, sentences apart by blank lines. */
    COLUMNS;

    private static final int LOOKED_AT = 1 << 16;

    /** Looks at the beginning of a stream that can go back to it. What is none of the others counts as JSON lines. */
    public static ExampleFile of(BufferedInputStream in) throws IOException {
        in.mark(LOOKED_AT);
        String beginning = new String(in.readNBytes(LOOKED_AT), StandardCharsets.UTF_8);
        in.reset();
        String first = beginning
                .lines()
                .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
                .filter(line -> !line.isBlank() && !line.startsWith("-DOCSTART-"))
                .findFirst()
                .orElse("");
        if (first.stripLeading().startsWith("{") || first.stripLeading().startsWith("[")) {
            return JSON_LINES;
        }
        if (LabelledTable.separator(first) != 0) {
            return TABLE;
        }
        return TaggedColumns.fits(first) ? COLUMNS : JSON_LINES;
    }

    /** Reads the examples of a file that was validated when it came in. */
    public static void read(Path file, ExampleSink sink) {
        try (var in = new BufferedInputStream(Files.newInputStream(file), LOOKED_AT)) {
            switch (of(in)) {
                case TABLE -> LabelledTable.read(in, sink);
                case COLUMNS -> TaggedColumns.read(in, sink);
                case JSON_LINES -> lines(in, sink);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void lines(InputStream in, ExampleSink sink) throws IOException {
        try (var reader = new java.io.BufferedReader(new java.io.InputStreamReader(in, StandardCharsets.UTF_8))) {
            long number = 0;
            for (String line = reader.readLine(); line != null && !sink.full(); line = reader.readLine()) {
                number++;
                String text = line.startsWith("\uFEFF") ? line.substring(1) : line;
                if (text.isBlank()) {
                    continue;
                }
                try {
                    LabelledJson.read(number, TokenizerFile.JSON.readValue(text, Map.class), sink);
                } catch (JacksonException e) {
                    sink.wrong(
                            number, "line", "json", "The line is not a JSON object.", "Write one object on each line.");
                }
            }
        }
    }
}
