package dev.tenon.dataset;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Takes what is uploaded to the disk, up to the limit, so that it can be read twice and never fills the memory. */
@Component("datasetSpool")
class Spool {
    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    private static final int BUFFER = 1 << 16;

    private final Path folder;

    Spool(@Value("${tenon.home}") Path home) {
        this.folder = home.resolve("tmp");
    }

    /** A file that the caller must {@link #drop}. */
    Path take(InputStream content) {
        try {
            Files.createDirectories(folder);
            var file = Files.createTempFile(folder, "upload-", ".part");
            try {
                copy(content, file);
                return file;
            } catch (IOException | RuntimeException e) {
                drop(file);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(InputStream content, Path file) throws IOException {
        long left = DatasetApi.MAX_BYTES;
        try (var out = Files.newOutputStream(file)) {
            var buffer = new byte[BUFFER];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                left -= read;
                if (left < 0) {
                    throw Problem.tooLarge(
                            "file",
                            "The file is larger than 512 MB (%d bytes). Split it into smaller ones."
                                    .formatted(DatasetApi.MAX_BYTES));
                }
                out.write(buffer, 0, read);
            }
        }
    }

    static void drop(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("Could not delete {}", file, e);
        }
    }
}
