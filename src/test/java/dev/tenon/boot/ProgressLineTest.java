package dev.tenon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The console shows every tenth of the way in a log, and one rewritten line on a terminal. */
class ProgressLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void aLogGetsOneLineForEachTenth() {
        var line = new ProgressLine(out, false);
        for (int step = 0; step <= 100; step++) {
            line.show("train", step, 100, "");
        }
        assertThat(text().lines()).hasSize(11);
    }

    @Test
    void aTerminalGetsOneLineWithoutLeftovers() {
        var line = new ProgressLine(out, true);
        line.show("train", 1, 4, "a long detail");
        line.show("train", 2, 4, "short");
        assertThat(text()).doesNotContain("\n").endsWith("2/4  short" + " ".repeat("a long detail".length() - 5));
        line.end("done");
        assertThat(text()).endsWith("\n  done" + System.lineSeparator());
    }

    @Test
    void anUnknownTotalIsNoDivisionByZero() {
        new ProgressLine(out, false).show("queued", 0, 0, "");
        assertThat(text()).contains("queued");
    }

    @Test
    void theHomeMayBeGivenFromTheUsersFolder() {
        assertThat(HomeFolder.absolute("~/x")).isEqualTo(Path.of(System.getProperty("user.home"), "x"));
        assertThat(HomeFolder.absolute("data/../here"))
                .isEqualTo(Path.of("here").toAbsolutePath());
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
