package dev.tenon.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.ShippedMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
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
        var families = ShippedMethods.all().stream()
                .map(method -> method.descriptor())
                .collect(Collectors.groupingBy(
                        card -> card.family(),
                        TreeMap::new,
                        Collectors.mapping(
                                card -> "%s (`%s`)".formatted(card.title(), card.id()), Collectors.joining(", "))));
        var rows = families.entrySet().stream()
                .map(family -> "| %s | %s |".formatted(family.getKey(), family.getValue()))
                .collect(Collectors.joining("\n"));
        var table = "|---|---|\n" + rows + "\n<!-- /methods -->";
        if ("write".equals(System.getProperty("tenon.docs"))) {
            var old = Pattern.compile("\\|---\\|---\\|\n(?:\\|.*\n)*<!-- /methods -->");
            Files.writeString(
                    README, old.matcher(Files.readString(README)).replaceFirst(Matcher.quoteReplacement(table)));
        }
        assertThat(Files.readString(README))
                .as("run 'make docs': the table of methods is stale")
                .contains(table);
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
