package dev.tenon.model.catalogue;

import dev.tenon.artifact.BlobRef;
import dev.tenon.artifact.Blobs;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Model directories under {@code tenon.home/cache/models}, one per digest, complete or not there at all. */
@Component
class ModelCache {
    private final Path root;
    private final Blobs blobs;

    ModelCache(@Value("${tenon.home}") Path home, Blobs blobs) {
        this.root = home.resolve("cache").resolve("models");
        this.blobs = blobs;
    }

    /** The directory of a digest; the first caller fills it under another name and renames it. */
    Path directory(String digest, Map<String, BlobRef> files) throws IOException {
        Path complete = root.resolve(digest);
        if (Files.isDirectory(complete)) {
            return complete;
        }
        Files.createDirectories(root);
        Path making = Files.createTempDirectory(root, "making-");
        try {
            for (Map.Entry<String, BlobRef> file : files.entrySet()) {
                blobs.copyTo(file.getValue().digest(), making.resolve(file.getKey()));
            }
            publish(making, complete);
            return complete;
        } finally {
            FileSystemUtils.deleteRecursively(making);
        }
    }

    /** The same without the weights, unless they are there anyway. */
    Path text(String digest, Map<String, BlobRef> files) throws IOException {
        if (Files.isDirectory(root.resolve(digest))) {
            return root.resolve(digest);
        }
        var small = new TreeMap<>(files);
        small.keySet().removeIf(name -> name.endsWith(".safetensors"));
        return directory(digest + "-text", small);
    }

    /** Two processes may fill the same digest at once; the content is the same, so the second may lose. */
    private static void publish(Path making, Path complete) throws IOException {
        try {
            Files.move(making, complete, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
            if (!Files.isDirectory(complete)) {
                throw e;
            }
        }
    }
}
