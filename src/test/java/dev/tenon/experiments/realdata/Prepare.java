package dev.tenon.experiments.realdata;

import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import dev.tenon.text.EncoderFormat;
import dev.tenon.training.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** Writes both tasks as tokens: {@code Prepare MODELS DATA FOLDER}. */
final class Prepare {
    static final String INTENTS = "banking77";
    static final String MEALS = "e2e-nlg";
    static final int PROMPTS = 32;

    private static final int LONGEST = 64;
    private static final int CHOOSING = 300;
    private static final int TESTING = 1000;
    private static final int MEALS_CHOOSING = 60;
    private static final int MEALS_TESTING = 120;

    private Prepare() {}

    public static void main(String[] args) throws IOException {
        var models = Path.of(args[0]);
        var data = Path.of(args[1]);
        var folder = Files.createDirectories(Path.of(args[2]));
        intents(models, data).write(folder, INTENTS);
        meals(models, data).write(folder, MEALS);
    }

    private static Corpus intents(Path models, Path data) {
        String base = "tenon-encoder-4m";
        var train = Table.read(data.resolve("banking77/train.csv"));
        var labels =
                List.copyOf(new TreeSet<>(train.stream().map(Table.Line::right).toList()));
        try (var format = EncoderFormat.load(models.resolve(base))) {
            var training = documents(train, labels, format);
            var testing = documents(Table.read(data.resolve("banking77/test.csv")), labels, format);
            return new Corpus(
                    base,
                    labels,
                    training.subList(CHOOSING, training.size()),
                    training.subList(0, CHOOSING),
                    testing.subList(0, TESTING),
                    List.of(),
                    List.of());
        }
    }

    /** In a fixed random order, as the files are sorted by label. */
    private static List<Document> documents(List<Table.Line> lines, List<String> labels, EncoderFormat format) {
        var documents = new ArrayList<Document>();
        for (var line : lines) {
            int[] ids = format.text(line.left(), LONGEST);
            var targets = new int[ids.length];
            Arrays.fill(targets, Document.NOTHING);
            targets[0] = labels.indexOf(line.right());
            documents.add(new Document(ids, targets));
        }
        Collections.shuffle(documents, new Random(1));
        return documents;
    }

    private static Corpus meals(Path models, Path data) {
        String base = "tenon-base-7m";
        try (var format = ChatFormat.load(models.resolve(base))) {
            var testing = Meals.testing(data);
            return new Corpus(
                    base,
                    List.of(),
                    written(Meals.training(data), format, Integer.MAX_VALUE),
                    written(Meals.choosing(data), format, MEALS_CHOOSING),
                    written(testing, format, MEALS_TESTING),
                    testing.stream()
                            .limit(PROMPTS)
                            .map(entry -> prompt(entry, format))
                            .toList(),
                    format.stopIds());
        }
    }

    private static List<Integer> prompt(Map.Entry<String, List<String>> entry, ChatFormat format) {
        return Arrays.stream(format.prompt(List.of(ChatMessage.of("user", entry.getKey())), null))
                .boxed()
                .toList();
    }

    /** Every text of every set of facts, the first texts of all of them first. */
    private static List<Document> written(List<Map.Entry<String, List<String>>> entries, ChatFormat format, int most) {
        var documents = new ArrayList<Document>();
        int longest = entries.stream()
                .mapToInt(entry -> entry.getValue().size())
                .max()
                .orElse(0);
        for (int i = 0; i < longest; i++) {
            for (var entry : entries) {
                if (i < entry.getValue().size() && documents.size() < most) {
                    var tokens = format.training(
                            List.of(
                                    ChatMessage.of("user", entry.getKey()),
                                    ChatMessage.of("assistant", entry.getValue().get(i))),
                            null);
                    documents.add(Document.next(tokens.ids(), tokens.trained()));
                }
            }
        }
        return documents;
    }
}
