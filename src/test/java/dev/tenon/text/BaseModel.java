package dev.tenon.text;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where tests find the base model that the project ships. */
final class BaseModel {
    private BaseModel() {}

    static Path directory() {
        var shipped = Path.of("src/main/resources/models/tenon-base-7m");
        var shared = Path.of(System.getProperty("tenon.fixtures", "../shared/fixtures"), "../base-model");
        var found = Files.exists(shipped.resolve("tokenizer.json")) ? shipped : shared;
        Assumptions.assumeTrue(
                Files.exists(found.resolve("tokenizer.json")),
                "the base model is neither in src/main/resources/models nor beside tenon.fixtures");
        return found;
    }
}
