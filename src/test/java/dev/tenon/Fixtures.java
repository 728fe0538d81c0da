package dev.tenon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Finds reference data under the system property {@code tenon.fixtures}; tests that need it skip where it is absent. */
public final class Fixtures {
    private Fixtures() {}

    /** The folder with {@code models/} and {@code peft/}. */
    public static Path root() {
        Path root = Path.of(System.getProperty("tenon.fixtures", "../shared/fixtures"));
        Assumptions.assumeTrue(Files.isDirectory(root), () -> "reference fixtures are not at " + root.toAbsolutePath());
        return root;
    }

    /** A real dataset beside the fixtures, or in {@code tenon.data}; for example {@code data("sgd-chat/train.jsonl")}. */
    public static Path data(String name) {
        String folder = System.getProperty("tenon.data");
        Path file = (folder == null ? root().resolveSibling("data") : Path.of(folder)).resolve(name);
        Assumptions.assumeTrue(Files.exists(file), () -> "the dataset is not at " + file.toAbsolutePath());
        return file;
    }

    /** The folders directly below {@code folder}, in order of their names. */
    public static List<Path> folders(Path folder) {
        try (var list = Files.list(folder)) {
            return list.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
