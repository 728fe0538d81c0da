package dev.tenon.experiments;

import dev.tenon.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;

/** Real texts one token a character, in windows of {@value #WINDOW}: lower-case letters, the space, and one for the rest. */
final class Characters {
    static final int WINDOW = 48;
    static final int COUNT = 29;
    private static final int NOTHING = 0;
    private static final int SPACE = 1;
    private static final int OTHER = 28;

    private Characters() {}

    /** Windows of English, the questions of GSM8K. */
    static List<long[]> english() {
        var json = new JsonMapper();
        var text = new StringBuilder();
        lines("gsm8k/train.jsonl")
                .forEach(line -> text.append(json.readTree(line).get("question").asString())
                        .append(' '));
        return windows(text.toString());
    }

    /** Windows of Somali, the headlines of a file of ANTC. */
    static List<long[]> somali(String file) {
        return windows(String.join(" ", headlines("som", file).keySet()));
    }

    /** Windows of Zulu, from the same collection. */
    static List<long[]> zulu(String file) {
        return windows(String.join(" ", headlines("zul", file).keySet()));
    }

    /** Topics by headline. */
    static Map<String, String> headlines(String language, String file) {
        var topics = new LinkedHashMap<String, String>();
        lines("antc/" + language + "/" + file).stream().skip(1).forEach(line -> {
            int tab = line.lastIndexOf('\t');
            topics.put(line.substring(0, tab), line.substring(tab + 1));
        });
        return topics;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Fixtures.data(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<long[]> windows(String text) {
        long[] ids = ids(text);
        var windows = new ArrayList<long[]>();
        for (int at = 0; at + WINDOW <= ids.length; at += WINDOW) {
            windows.add(Arrays.copyOfRange(ids, at, at + WINDOW));
        }
        return windows;
    }

    /** One window of a short text, filled up with spaces. */
    static long[] window(String text) {
        long[] ids = Arrays.copyOf(ids(text), WINDOW);
        for (int i = 0; i < WINDOW; i++) {
            ids[i] = ids[i] == NOTHING ? SPACE : ids[i];
        }
        return ids;
    }

    private static long[] ids(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .chars()
                .mapToLong(c -> c == ' ' ? SPACE : c >= 'a' && c <= 'z' ? c - 'a' + 2 : OTHER)
                .toArray();
    }

    /** Some windows at random. */
    static List<long[]> sample(List<long[]> windows, int count, Random random) {
        var sample = new ArrayList<long[]>();
        for (int i = 0; i < count; i++) {
            sample.add(windows.get(random.nextInt(windows.size())));
        }
        return sample;
    }
}
