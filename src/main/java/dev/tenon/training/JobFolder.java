package dev.tenon.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The places in the folder that a worker and a training process share. */
record JobFolder(Path root) {
    private static final JsonMapper JSON = new JsonMapper();

    TrainingSpec spec() {
        return read(root.resolve("job.json"), TrainingSpec.class);
    }

    Path trainFile() {
        return root.resolve("data").resolve("train.jsonl");
    }

    Path validationFile() {
        return root.resolve("data").resolve("valid.jsonl");
    }

    Path prepared(String name) {
        return root.resolve("prepared").resolve(name);
    }

    /** What the prepared documents ask for. */
    Path task() {
        return prepared("task.json");
    }

    Path checkpoints() {
        return root.resolve("checkpoints");
    }

    /** The chosen adapter, in PEFT's layout, and {@code report.json}. */
    Path output() {
        return root.resolve("output");
    }

    /** The newest whole checkpoint. */
    Optional<Path> newestCheckpoint() {
        if (!Files.isDirectory(checkpoints())) {
            return Optional.empty();
        }
        try (var list = Files.list(checkpoints())) {
            return list.filter(folder -> Files.exists(folder.resolve(RunState.FILE)))
                    .filter(folder -> folder.getFileName().toString().matches("step-\\d+"))
                    .max(Comparator.comparing(folder -> folder.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T read(Path file, Class<T> type) {
        try {
            return JSON.readValue(Files.readAllBytes(file), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, Object value) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, JSON.writeValueAsBytes(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
