package dev.tenon.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** Where one attempt of one job keeps its files; the epoch in the path keeps attempts apart. */
record JobFolder(Path root) {
    /** How far a run was, in the folder of each checkpoint. */
    static final String STATE = "state.json";

    static JobFolder create(Path work, String jobId, long epoch) {
        var root = work.resolve(jobId).resolve(Long.toString(epoch)).toAbsolutePath();
        try {
            FileSystemUtils.deleteRecursively(root);
            Files.createDirectories(root.resolve("data"));
            Files.createDirectories(root.resolve("checkpoints"));
        } catch (IOException e) {
            throw new UncheckedIOException("Could not make the job folder " + root, e);
        }
        return new JobFolder(root);
    }

    Path spec() {
        return root.resolve("job.json");
    }

    Path training() {
        return root.resolve("data/train.jsonl");
    }

    Path validation() {
        return root.resolve("data/valid.jsonl");
    }

    Path checkpoint(int step) {
        return root.resolve("checkpoints").resolve("step-%06d".formatted(step));
    }

    Path output() {
        return root.resolve("output");
    }

    /** A path that the child named; it must lie inside the folder. */
    Path inside(String relative) {
        var path = root.resolve(relative).normalize();
        if (!path.startsWith(root)) {
            throw new IllegalArgumentException("The child named a path outside its folder: " + relative);
        }
        return path;
    }

    void delete() {
        try {
            FileSystemUtils.deleteRecursively(root);
            var parent = root.getParent();
            try (var rest = Files.list(parent)) {
                if (rest.findAny().isPresent()) {
                    return;
                }
            }
            Files.deleteIfExists(parent);
        } catch (IOException e) {
            // left behind; the worker sweeps its work folder when it starts
        }
    }
}
