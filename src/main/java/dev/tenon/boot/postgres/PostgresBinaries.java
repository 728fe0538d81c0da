package dev.tenon.boot.postgres;

import dev.tenon.boot.Waiting;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Unpacks the PostgreSQL programs that the class path carries for this platform, once for each distinct archive. */
public final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The folder with {@code bin/}, {@code lib/} and {@code share/}, below {@code parent}. */
    public static Path unpackInto(Path parent) throws IOException {
        var folder = parent.resolve(fingerprint());
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(parent);
            var fresh = Files.createTempDirectory(parent, "unpacking-");
            try (var waiting = Waiting.on("Unpacking PostgreSQL");
                    var archive = open()) {
                unpack(archive, fresh, waiting);
            }
            publish(fresh, folder);
        }
        return folder;
    }

    private static InputStream open() throws IOException {
        return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
                System.getProperty("os.name").startsWith("Mac") ? "Darwin" : System.getProperty("os.name"),
                System.getProperty("os.arch"));
    }

    private static String fingerprint() throws IOException {
        try (var archive = open()) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[1 << 16];
            for (int read; (read = archive.read(buffer)) > 0; ) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void unpack(InputStream archive, Path into, Waiting waiting) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(archive))) {
            long bytes = 0;
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
                var target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("The PostgreSQL archive names a path outside itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (!entry.getName().endsWith(".a")) { // static libraries serve compilers only
                    write(entry, tar, target);
                    bytes += entry.getSize();
                    waiting.progress(bytes / 1_000_000 + " MB");
                }
            }
        }
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, target);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static void publish(Path fresh, Path folder) throws IOException {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            } // another process was quicker; its copy is the same
        }
    }
}
