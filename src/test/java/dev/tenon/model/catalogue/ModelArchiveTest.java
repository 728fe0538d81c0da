package dev.tenon.model.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class ModelArchiveTest {
    @Test
    void foldersAreDroppedSoThatNoNameCanLeaveTheDirectory() throws IOException {
        Path directory;
        try (var archive = ModelArchive.unpack(zip("llama/config.json", "../../etc/passwd", "llama\\merges.txt"))) {
            directory = archive.directory();
            try (var files = Files.list(directory)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("config.json", "passwd", "merges.txt");
            }
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void aNameTwiceIsRefused() {
        refused(zip("a/config.json", "b/config.json"), "twice");
    }

    @Test
    void whatIsNoZipIsRefused() {
        refused("hello".getBytes(StandardCharsets.UTF_8), "not a zip");
    }

    private static void refused(ByteArrayInputStream content, String reason) {
        assertThatThrownBy(() -> ModelArchive.unpack(content).close())
                .isInstanceOf(Problem.class)
                .hasMessageContaining(reason);
    }

    private static void refused(byte[] content, String reason) {
        refused(new ByteArrayInputStream(content), reason);
    }

    private static ByteArrayInputStream zip(String... names) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(name.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
