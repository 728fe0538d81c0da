package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files stay small enough to read once, and every package says what it is. */
class SourceBudgetTest {
    private static final int LARGEST = 400;
    private static final int NINETIETH = 200;
    private static final int MEDIAN = 70;

    @Test
    void noFileIsTooLongToRead() throws IOException {
        for (var root : List.of("src/main/java", "src/test/java", "src/main/resources/kernels", "frontend/src")) {
            for (var file : files(root)) {
                assertThat(lines(file)).as("lines of %s", file).isLessThanOrEqualTo(LARGEST);
            }
        }
    }

    @Test
    void mostFilesAreShort() throws IOException {
        var sizes = files("src/main/java").stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .map(SourceBudgetTest::lines)
                .sorted()
                .toList();
        assertThat(sizes.get(sizes.size() / 2)).as("median").isLessThanOrEqualTo(MEDIAN);
        assertThat(sizes.get(sizes.size() * 9 / 10)).as("90th percentile").isLessThanOrEqualTo(NINETIETH);
    }

    @Test
    void everyPackageIntroducesItselfAndForbidsNulls() throws IOException {
        var packages = files("src/main/java/dev/tenon").stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !folder.endsWith("dev/tenon"));
        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                        .content()
                        .startsWith("/**")
                        .contains("@NullMarked"));
    }

    private static List<Path> files(String root) throws IOException {
        if (!Files.exists(Path.of(root))) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(Path.of(root))) {
            return tree.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(java|py|ts|css)"))
                    .toList();
        }
    }

    private static int lines(Path file) {
        try (var lines = Files.lines(file)) {
            return (int) lines.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
