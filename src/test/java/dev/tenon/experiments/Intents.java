package dev.tenon.experiments;

import dev.tenon.Fixtures;
import dev.tenon.text.EncoderFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A part of BANKING77's intents as a task of its own: the parts have no intent in common.
 *
 * @param texts token ids of every example
 * @param labels numbers of the intents within the part
 * @param classes how many there are
 */
record Intents(List<long[]> texts, long[] labels, int classes) {
    private static final Path MODEL = Path.of("src/main/resources/models/tenon-encoder-4m");
    private static final int LONGEST = 24;

    /** Every {@code parts}-th intent in the order of their names, beginning with {@code part}. */
    static Intents part(String file, int part, int parts) {
        var byIntent = new TreeMap<String, List<String>>();
        for (String line : lines(file)) {
            int comma = line.lastIndexOf(',');
            byIntent.computeIfAbsent(line.substring(comma + 1), name -> new ArrayList<>())
                    .add(line.substring(0, comma));
        }
        var texts = new ArrayList<long[]>();
        var labels = new ArrayList<Long>();
        int number = 0;
        int classes = 0;
        try (var format = EncoderFormat.load(MODEL)) {
            for (var intent : byIntent.values()) {
                if (number++ % parts != part) {
                    continue;
                }
                for (String text : intent) {
                    texts.add(Arrays.stream(format.text(text, LONGEST))
                            .asLongStream()
                            .toArray());
                    labels.add((long) classes);
                }
                classes++;
            }
        }
        return new Intents(texts, labels.stream().mapToLong(Long::longValue).toArray(), classes);
    }

    /** Lines with a text and an intent; a text that goes over several is left out. */
    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Fixtures.data("banking77/" + file)).stream()
                    .skip(1)
                    .filter(line -> line.matches(".*,[a-zA-Z_?]+"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some of them, as evenly from the intents as can be. */
    Intents few(int count, long seed) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i < labels.length; i++) {
            places.add(i);
        }
        Collections.shuffle(places, new Random(seed));
        Map<Long, Integer> taken = new LinkedHashMap<>();
        var chosen = new ArrayList<Integer>();
        for (int round = 1; chosen.size() < count; round++) {
            for (int place : places) {
                if (chosen.size() < count
                        && taken.getOrDefault(labels[place], 0) == round - 1
                        && !chosen.contains(place)) {
                    chosen.add(place);
                    taken.merge(labels[place], 1, Integer::sum);
                }
            }
        }
        return select(chosen);
    }

    /** A batch at random. */
    Intents batch(int size, Random random) {
        return select(random.ints(size, 0, labels.length).boxed().toList());
    }

    /** The examples of a range. */
    Intents range(int from, int to) {
        return new Intents(texts.subList(from, to), Arrays.copyOfRange(labels, from, to), classes);
    }

    private Intents select(List<Integer> places) {
        return new Intents(
                places.stream().map(texts::get).toList(),
                places.stream().mapToLong(place -> labels[place]).toArray(),
                classes);
    }
}
