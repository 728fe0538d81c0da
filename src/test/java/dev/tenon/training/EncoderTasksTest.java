package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Fixtures;
import dev.tenon.method.AdapterFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real data on the shipped encoder: short runs of every task learn far more than how often a label occurs. */
class EncoderTasksTest {
    private static final Map<String, Object> LORA =
            Map.of("method", "lora", "rank", 8, "target_modules", List.of("query", "value"));

    @TempDir
    Path folder;

    private static double number(Map<String, Object> result, String field) {
        return ((Number) Objects.requireNonNull(result.get(field), field)).doubleValue();
    }

    private static double score(Map<String, Object> result, String field, String name) {
        return ((Number) ((Map<?, ?>) Objects.requireNonNull(result.get(field))).get(name)).doubleValue();
    }

    /** The first rows of each of the first intents of a table. */
    private static String intents(Path table, int intents, int each) throws IOException {
        var counts = new HashMap<String, Integer>();
        return Files.lines(table)
                .skip(1)
                .filter(line -> {
                    String intent = line.substring(line.lastIndexOf(',') + 1);
                    boolean known = counts.containsKey(intent) || counts.size() < intents;
                    return known && counts.merge(intent, 1, Integer::sum) <= each;
                })
                .collect(Collectors.joining("\n", "text,category\n", "\n"));
    }

    @Test
    void loraTellsIntentsApart() throws IOException {
        var run = new EncoderRun(folder)
                .describe(
                        intents(Fixtures.data("banking77/train.csv"), 5, 30),
                        intents(Fixtures.data("banking77/test.csv"), 5, 15),
                        LORA,
                        EncoderRun.settings(5, 15, 5e-3));
        var result = run.run();
        assertThat(result).containsEntry("task", "classification").containsKey("probe");
        assertThat((List<?>) result.get("labels")).hasSize(5);
        assertThat(number(result, "baseValidationAccuracy")).isLessThan(0.25);
        assertThat(number(result, "validationAccuracy")).isGreaterThan(0.6);
        assertThat(score(result, "validationScores", "macroF1")).isGreaterThan(0.6);
        assertThat(folder.resolve("output").resolve(AdapterFolder.HEAD)).exists();
    }

    @Test
    void loraFindsNames() throws IOException {
        String train = sentences(Fixtures.data("masakhaner2/hau/train.txt"), 150);
        String valid = sentences(Fixtures.data("masakhaner2/hau/dev.txt"), 25);
        var result = new EncoderRun(folder)
                .describe(train, valid, LORA, EncoderRun.settings(4, 15, 5e-3))
                .run();
        assertThat(result).containsEntry("task", "tagging");
        assertThat(score(result, "baseValidationScores", "entityF1")).isZero();
        assertThat(score(result, "validationScores", "entityF1")).isGreaterThan(0.1);
        assertThat(number(result, "validationLoss")).isLessThan(number(result, "baseValidationLoss"));
    }

    private static String sentences(Path columns, int count) throws IOException {
        return java.util.Arrays.stream(Files.readString(columns).split("\n\n"))
                .limit(count)
                .collect(Collectors.joining("\n\n"));
    }

    @Test
    void loraGuessesMaskedTokensOfAField() throws IOException {
        String train = texts(Fixtures.data("banking77/train.csv"), 200);
        String valid = texts(Fixtures.data("banking77/test.csv"), 60);
        var result = new EncoderRun(folder)
                .describe(train, valid, LORA, EncoderRun.settings(2, 20, 5e-3))
                .run();
        assertThat(result).containsEntry("task", "masked-lm").doesNotContainKey("labels");
        assertThat(number(result, "baseValidationLoss")).isBetween(1.0, 5.5);
        assertThat(number(result, "validationLoss")).isLessThan(number(result, "baseValidationLoss"));
        assertThat(folder.resolve("output").resolve(AdapterFolder.HEAD)).doesNotExist();
    }

    /** Every n-th text of a table without its label. */
    private static String texts(Path table, int count) throws IOException {
        var lines = Files.readAllLines(table);
        int step = lines.size() / count;
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> lines.get(1 + i * step - (i == 0 ? 0 : 1)))
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .collect(Collectors.joining("\n", "text\n", "\n"));
    }
}
