package dev.tenon.text;

import dev.tenon.text.LabelledExample.Tagged;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Tagged sentences in CoNLL's columns: the word first, its tag last, blank lines between sentences. */
public final class TaggedColumns {
    private static final Pattern BLANK = Pattern.compile("[ \\t]+");
    private static final Pattern TAG = Pattern.compile("O|[BIESLU]-\\S+|[A-Z]{1,6}\\$?");
    private static final int LONGEST_SENTENCE = 10_000;

    private final ExampleSink sink;
    private final List<String> words = new ArrayList<>();
    private final List<String> tags = new ArrayList<>();
    private long first;
    private boolean broken;

    private TaggedColumns(ExampleSink sink) {
        this.sink = sink;
    }

    /** Whether a line looks like a word and its tag. */
    static boolean fits(String line) {
        String[] columns = BLANK.split(line.strip());
        return columns.length >= 2 && TAG.matcher(columns[columns.length - 1]).matches();
    }

    /** Reads sentences; a sentence with a mistake is left out. */
    public static void read(InputStream in, ExampleSink sink) throws IOException {
        var columns = new TaggedColumns(sink);
        long number = 0;
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            for (String line = reader.readLine(); line != null && !sink.full(); line = reader.readLine()) {
                columns.line(++number, line.startsWith("\uFEFF") ? line.substring(1) : line);
            }
            columns.end();
        } catch (MalformedInputException e) {
            sink.wrong(
                    number + 1, "line", "utf8", "Here or soon after, the file is not UTF-8.", "Save the file as UTF-8.");
        }
    }

    private void line(long number, String line) {
        if (line.isBlank() || line.startsWith("-DOCSTART-")) {
            end();
            return;
        }
        if (words.isEmpty() && !broken) {
            first = number;
        }
        String[] columns = BLANK.split(line.strip());
        if (columns.length < 2) {
            wrong(number, "tag", "required", "is missing: the line is '%s'.".formatted(shown(line)));
        } else if (words.size() == LONGEST_SENTENCE) {
            wrong(number, "line", "length", "The sentence has more than %d words.".formatted(LONGEST_SENTENCE));
        } else {
            words.add(columns[0]);
            tags.add(columns[columns.length - 1]);
        }
    }

    private void wrong(long number, String field, String rule, String message) {
        if (!broken) {
            broken = true;
            sink.wrong(
                    number,
                    field,
                    rule,
                    message,
                    "Write a word, a blank and its tag on each line, and leave a line blank after each sentence.");
        }
    }

    private static String shown(String line) {
        return line.length() > 40 ? line.substring(0, 40) + "…" : line;
    }

    private void end() {
        if (!words.isEmpty() && !broken) {
            sink.example(first, new Tagged(words, tags));
        }
        words.clear();
        tags.clear();
        broken = false;
    }
}
