package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.AdapterFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training process as a worker sees it: events out, commands in, exit status, and files. */
class ChildMainTest {
    private static final Map<String, Object> LORA =
            Map.of("method", "lora", "rank", 4, "dropout", 0.1, "target_modules", List.of("q_proj", "v_proj"));
    private static final int STEPS = 12;

    private static Hyperparameters settings(int epochs) {
        return new Hyperparameters(epochs, 4, 64, 2e-3, "cosine", 0.1, 0.01, 1, 1, 11, 3, 3, 4);
    }

    private static Path folder(Path root, String name, int epochs) throws IOException {
        Path folder = root.resolve(name);
        Files.createDirectories(folder.resolve("data"));
        Files.write(folder.resolve("data/train.jsonl"), chats(24, "Would you like tea"));
        Files.write(folder.resolve("data/valid.jsonl"), chats(4, "Would you like coffee"));
        TrainingChild.describe(folder, LORA, settings(epochs));
        return folder;
    }

    private static List<String> chats(int count, String answer) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            lines.add("{\"messages\": [{\"role\": \"user\", \"content\": \"Guest number %d is here.\"},".formatted(i)
                    + " {\"role\": \"assistant\", \"content\": \"%s, guest %d?\"}]}".formatted(answer, i));
        }
        return lines;
    }

    @Test
    void aKilledRunEndsWithTheSameBitsAsAnUndisturbedOne(@TempDir Path root) throws Exception {
        Path whole = folder(root, "whole", 2);
        var prepared = TrainingChild.run("prepare", whole);
        assertThat(prepared.getLast()).containsEntry("event", "prepared").containsEntry("totalSteps", STEPS);
        var steps = losses(TrainingChild.run("train", whole));
        assertThat(steps).hasSize(STEPS);

        Path killed = folder(root, "killed", 2);
        TrainingChild.run("prepare", killed);
        try (var child = TrainingChild.start("train", killed)) {
            child.awaitStep(8);
            child.kill();
        }
        var rest = losses(TrainingChild.run("train", killed));
        assertThat(rest).hasSizeBetween(1, 6).isEqualTo(steps.subList(STEPS - rest.size(), STEPS));
        assertThat(weights(killed)).isEqualTo(weights(whole));

        var result = TrainingChild.run("evaluate", whole).getLast();
        assertThat(result).containsEntry("event", "result").containsEntry("steps", STEPS);
        assertThat((List<?>) result.get("matchedModules")).hasSize(16);
        assertThat(number(Map.class.cast(result.get("probe")), "maxLogitChange"))
                .isPositive();
        assertThat(number(result, "validationLoss")).isLessThan(number(result, "baseValidationLoss"));
        assertThat(result.get("trainedTokens")).isInstanceOf(Number.class);

        // what another attempt has: the files again, the adapter, and how far training came
        Path elsewhere = folder(root, "elsewhere", 2);
        TrainingChild.run("prepare", elsewhere);
        String last = "checkpoints/step-0000%d".formatted(STEPS);
        Files.createDirectories(elsewhere.resolve(last));
        Files.copy(whole.resolve(last + "/state.json"), elsewhere.resolve(last + "/state.json"));
        Files.createDirectories(elsewhere.resolve("output"));
        for (String file : List.of(AdapterFolder.SETTINGS, AdapterFolder.WEIGHTS)) {
            Files.copy(whole.resolve("output/" + file), elsewhere.resolve("output/" + file));
        }
        assertThat(TrainingChild.run("evaluate", elsewhere).getLast()).isEqualTo(result);
        aMissingFileIsNamedWithoutItsFolder(elsewhere);
    }

    private static void aMissingFileIsNamedWithoutItsFolder(Path folder) throws Exception {
        Files.delete(folder.resolve("prepared/task.json"));
        try (var child = TrainingChild.start("evaluate", folder)) {
            assertThat(child.finish()).isEqualTo(ChildMain.FAILED);
            assertThat(child.events().getLast().get("message"))
                    .isEqualTo("Training met an unexpected error: the file 'task.json' is missing.");
        }
    }

    /** The digest of the whole file, so that a difference does not print it. */
    private static String weights(Path folder) throws Exception {
        byte[] file = Files.readAllBytes(folder.resolve("output").resolve(AdapterFolder.WEIGHTS));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    }

    private static List<Double> losses(List<Map<String, Object>> events) {
        return events.stream()
                .filter(event -> "step".equals(event.get("event")))
                .map(event -> number(event, "loss"))
                .toList();
    }

    private static double number(Map<?, ?> event, String field) {
        return ((Number) Objects.requireNonNull(event.get(field), field)).doubleValue();
    }

    @Test
    void obeysItsWorker(@TempDir Path root) throws Exception {
        Path folder = folder(root, "job", 40);
        TrainingChild.run("prepare", folder);
        try (var child = TrainingChild.start("train", folder)) {
            child.awaitStep(4);
            child.say("drain");
            assertThat(child.finish()).isEqualTo(ChildMain.DRAINED);
            var last = child.events().getLast();
            assertThat(last).containsEntry("event", "checkpoint");
            assertThat(folder.resolve(String.valueOf(last.get("directory"))).resolve("state.json"))
                    .exists();
        }
        try (var child = TrainingChild.start("train", folder)) {
            child.awaitStep(12);
            child.say("cancel");
            assertThat(child.finish()).isEqualTo(ChildMain.CANCELLED);
        }
        assertThat(folder.resolve("output")).doesNotExist();
    }

    @Test
    void endsWhenItsWorkerIsGone(@TempDir Path root) throws Exception {
        Path folder = folder(root, "job", 1);
        try (var child = TrainingChild.start("prepare", folder)) {
            child.hangUp();
            assertThat(child.finish()).isIn(Commands.ABANDONED, ChildMain.DONE);
        }
        Path training = folder(root, "training", 200);
        TrainingChild.run("prepare", training);
        try (var child = TrainingChild.start("train", training)) {
            child.awaitStep(2);
            child.hangUp();
            assertThat(child.finish()).isEqualTo(Commands.ABANDONED);
        }
    }

    @Test
    void aFailureIsOneClearEvent(@TempDir Path root) throws Exception {
        Path folder = folder(root, "job", 1);
        TrainingChild.run("prepare", folder);
        TrainingChild.describe(folder, Map.of("method", "lora", "rank", 500), settings(1));
        try (var child = TrainingChild.start("train", folder)) {
            assertThat(child.finish()).isEqualTo(ChildMain.FAILED);
            var last = child.events().getLast();
            assertThat(last).containsEntry("event", "failed").containsEntry("code", "rank_above_matrix");
            assertThat(last.get("message")).asString().contains("adapter.rank", "500");
        }
    }
}
