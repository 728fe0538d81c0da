package dev.tenon.model.catalogue;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.springframework.util.FileSystemUtils;

/** A zip of a model directory, unpacked to a temporary directory within limits. Folders inside the zip are dropped. */
final class ModelArchive implements AutoCloseable {
    private static final int MOST_FILES = 500;
    private static final long MOST_BYTES = 64L << 30;

    private final Path directory;

    private ModelArchive(Path directory) {
        this.directory = directory;
    }

    /**
     * Unpacks a stream.
     *
     * @throws Problem 400 when it is no zip, names a file twice or unpacks to more than the limits
     */
    static ModelArchive unpack(InputStream in) throws IOException {
        var archive = new ModelArchive(Files.createTempDirectory("tenon-import-"));
        try (var zip = new ZipInputStream(in)) {
            archive.unpackAll(zip);
            return archive;
        } catch (ZipException e) {
            archive.close();
            throw Problem.invalid(
                    "file", "invalid_archive", "The file is not a zip that can be read: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    private void unpackAll(ZipInputStream zip) throws IOException {
        int files = 0;
        long left = MOST_BYTES;
        ZipEntry entry;
        while ((entry = zip.getNextEntry()) != null) {
            String path = entry.getName().replace('\\', '/');
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (entry.isDirectory() || name.isEmpty() || name.startsWith(".")) {
                continue;
            }
            if (++files > MOST_FILES) {
                throw Problem.invalid(
                        "file", "invalid_archive", "The zip has more than %d files.".formatted(MOST_FILES));
            }
            Path target = directory.resolve(name);
            if (Files.exists(target)) {
                throw Problem.invalid("file", "invalid_archive", "The zip has '%s' twice.".formatted(name));
            }
            left -= copy(zip, target, left);
        }
        if (files == 0) {
            throw Problem.invalid("file", "invalid_archive", "The file is not a zip, or an empty one.");
        }
    }

    private static long copy(InputStream in, Path target, long most) throws IOException {
        long written = 0;
        var buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(target)) {
            int read;
            while ((read = in.read(buffer)) > 0) {
                written += read;
                if (written > most) {
                    throw Problem.tooLarge("file", "The zip unpacks to more than 64 GiB.");
                }
                out.write(buffer, 0, read);
            }
        }
        return written;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        FileSystemUtils.deleteRecursively(directory);
    }
}
