package dev.tenon.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README stays short and true. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void isShort() throws IOException {
        assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(150);
    }

    @Test
    void theMethodTableIsWhatTheMethodsSay() throws IOException {
        var rows = Methods.scan().all().stream()
                .map(method -> method.descriptor())
                .map(card -> "| `%s` | %s: %s | %s |".formatted(card.id(), card.title(), card.summary(), card.paper()))
                .collect(Collectors.joining("\n"));
        assertThat(Files.readString(README))
                .as("paste this between the 'methods' marks:\n%s", rows)
                .contains("|---|---|---|\n" + rows + "\n<!-- /methods -->");
    }

    @Test
    void whatItLinksToIsThere() throws IOException {
        var links = Pattern.compile("\\]\\(([^)#:]+)\\)")
                .matcher(Files.readString(README))
                .results()
                .toList();
        assertThat(links)
                .isNotEmpty()
                .allSatisfy(link -> assertThat(Path.of(link.group(1))).exists());
    }

    /** The code of a snippet, as printed. */
    static String snippet(String name) throws IOException {
        var form = Pattern.compile("<!-- snippet: %s -->\n```[a-z]+\n(.*?)```".formatted(name), Pattern.DOTALL);
        var found = form.matcher(Files.readString(README));
        assertThat(found.find()).as("the README's %s snippet", name).isTrue();
        return found.group(1);
    }

    @Test
    void everySnippetIsMarked() throws IOException {
        for (var name : List.of("curl", "python", "node", "java")) {
            assertThat(snippet(name)).contains("http://localhost:8080/v1");
        }
    }
}
