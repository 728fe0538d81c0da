package dev.tenon.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.OutsideProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The README's snippets work as printed; only the port is another. */
class ReadmeE2E {
    private static RunningTenon tenon;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        tenon = RunningTenon.start();
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        tenon.close();
    }

    @Test
    void javaAndThenCurl() throws Exception {
        var source = write("Tune.java", ReadmeTest.snippet("java"));
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(run(List.of(java, "-cp", System.getProperty("java.class.path"), source.toString())))
                .isNotBlank();

        // the sample's own model is made at a first start with an empty database; here the Java snippet made one
        var curl = write("chat.sh", ReadmeTest.snippet("curl").replace("\"sample\"", "\"my-bot\""));
        assertThat(run(List.of("bash", curl.toString()))).contains("\"chat.completion\"", "\"assistant\"");
    }

    @Test
    void node() throws Exception {
        assumeTrue(OutsideProgram.answers("npm", "--version"), "npm is not installed, so the Node snippet did not run");
        var folder = Files.createDirectories(Path.of("target", "readme-node"));
        for (var name : List.of("package.json", "package-lock.json")) {
            Files.copy(
                    Path.of("src/test/node", name),
                    folder.resolve(name),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        run(List.of("npm", "--prefix", folder.toString(), "ci", "--no-audit", "--no-fund", "--silent"));
        var script = Files.writeString(folder.resolve("tune.mjs"), here(ReadmeTest.snippet("node")));
        assertThat(run(List.of("node", script.toString()))).isNotBlank();
    }

    @Test
    void python() throws Exception {
        assumeTrue(
                OutsideProgram.answers("python3", "-c", "import openai"),
                "Python's openai package is not installed, so the Python snippet did not run");
        assertThat(run(List.of(
                        "python3",
                        write("tune.py", ReadmeTest.snippet("python")).toString())))
                .isNotBlank();
    }

    private static String here(String snippet) {
        return snippet.replace("http://localhost:8080", tenon.address());
    }

    private static Path write(String name, String snippet) throws IOException {
        return Files.writeString(
                Files.createTempDirectory(Path.of("target"), "readme").resolve(name), here(snippet));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        return OutsideProgram.run(
                Path.of("."), Map.of("TENON_API_KEY", RunningTenon.KEY), Duration.ofMinutes(5), command);
    }
}
