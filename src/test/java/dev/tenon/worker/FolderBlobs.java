package dev.tenon.worker;

import dev.tenon.artifact.BlobRef;
import dev.tenon.artifact.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Blobs as files, so that several worker processes of one test share them. */
final class FolderBlobs implements Blobs {
    private final Path folder;

    FolderBlobs(Path folder) {
        this.folder = folder;
    }

    @Override
    public BlobRef put(InputStream in) throws IOException {
        var bytes = in.readAllBytes();
        try {
            var digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            Files.createDirectories(folder);
            var fresh = Files.createTempFile(folder, "put", "");
            Files.write(fresh, bytes);
            Files.move(fresh, folder.resolve(digest), StandardCopyOption.ATOMIC_MOVE);
            return new BlobRef(digest, bytes.length);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public BlobRef put(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return put(in);
        }
    }

    @Override
    public InputStream open(String digest) throws IOException {
        return new ByteArrayInputStream(Files.readAllBytes(folder.resolve(digest)));
    }

    @Override
    public void copyTo(String digest, Path file) throws IOException {
        Files.copy(folder.resolve(digest), file);
    }

    @Override
    public boolean exists(String digest) {
        return Files.exists(folder.resolve(digest));
    }
}
