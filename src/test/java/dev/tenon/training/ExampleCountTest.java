package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.text.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted before a job is what its training would count. */
class ExampleCountTest {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");
    private static final int LONGEST = 64;

    @TempDir
    Path disk;

    @Test
    void tokensAreThoseOfTheBaseAndLongExamplesAreNamedByTheirLines() throws IOException {
        var lines = List.of(
                chat("Hello", "Good morning to you."),
                "",
                chat("Tell me a story", "Once upon a time. ".repeat(60)),
                chat("word ".repeat(300), "Too late."),
                chat("Bye", "See you."));
        var file = Files.write(disk.resolve("train.jsonl"), lines);
        var count = ExampleCount.of(file, BASE, LONGEST);
        assertThat(count.examples()).isEqualTo(4);
        assertThat(count.cutLines()).containsExactly(3L);
        assertThat(count.idleLines()).containsExactly(4L);
        assertThat(count.cut()).isEqualTo(1);
        assertThat(count.idle()).isEqualTo(1);
        try (var format = ChatFormat.load(BASE)) {
            long first = format.trainingLine(lines.getFirst()).ids().length;
            long last = format.trainingLine(lines.getLast()).ids().length;
            assertThat(count.tokens()).isEqualTo(first + LONGEST + last);
        }
    }

    private static String chat(String question, String answer) {
        return """
                {"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}""".formatted(question, answer);
    }
}
