package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Fixtures;
import dev.tenon.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real dialogues: a third of an epoch already brings the validation loss clearly below the base's on the same file. */
class ChatTrainingFixtureTest {
    private static final int DIALOGUES = 400;
    private static final int VALIDATION = 100;

    @Test
    void realDialoguesBringTheLossBelowTheBase(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.write(folder.resolve("data/train.jsonl"), first("sgd-chat/train.jsonl", DIALOGUES));
        Files.write(folder.resolve("data/valid.jsonl"), first("sgd-chat/valid.jsonl", VALIDATION));
        var settings = Hyperparameters.resolve(
                1,
                8,
                null,
                7L,
                DIALOGUES,
                600,
                1024,
                Methods.scan().require("lora").learningRate(256));
        TrainingChild.describe(folder, Map.of("method", "lora", "rank", 8), settings);
        var prepared = TrainingChild.run("prepare", folder).getLast();
        assertThat(prepared).containsEntry("documents", DIALOGUES).containsEntry("totalSteps", DIALOGUES / 8);
        TrainingChild.run("train", folder);
        var result = TrainingChild.run("evaluate", folder).getLast();
        double tuned = number(result, "validationLoss");
        double base = number(result, "baseValidationLoss");
        System.out.printf("checked sgd-chat: validation loss %.4f, the base's %.4f%n", tuned, base);
        assertThat(tuned).isLessThan(base - 0.04);
    }

    private static List<String> first(String name, int count) throws IOException {
        try (var lines = Files.lines(Fixtures.data(name))) {
            return lines.limit(count).toList();
        }
    }

    private static double number(Map<String, Object> event, String field) {
        return ((Number) Objects.requireNonNull(event.get(field), field)).doubleValue();
    }
}
