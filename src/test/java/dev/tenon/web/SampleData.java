package dev.tenon.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The dataset that the product ships. */
final class SampleData {
    static final Path TRAINING = Path.of("src/main/resources/sample/train.jsonl");
    static final Path VALIDATION = Path.of("src/main/resources/sample/valid.jsonl");

    private SampleData() {}

    /** A file of this name and content, to upload. */
    static Path file(String name, String content) throws IOException {
        var folder = Files.createDirectories(Path.of("target", "test-homes", "files"));
        return Files.writeString(Files.createTempDirectory(folder, "f").resolve(name), content);
    }

    /** The first question of the sample. */
    static String question() throws IOException {
        try (var lines = Files.lines(TRAINING)) {
            var example = new tools.jackson.databind.json.JsonMapper()
                    .readTree(lines.findFirst().orElseThrow());
            for (var message : example.get("messages").values()) {
                if (message.get("role").asString().equals("user")) {
                    return message.get("content").asString();
                }
            }
        }
        throw new IOException("The sample has no question");
    }
}
