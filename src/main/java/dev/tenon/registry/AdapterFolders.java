package dev.tenon.registry;

import dev.tenon.artifact.BlobRef;
import dev.tenon.artifact.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores folders as blobs: each file by its digest, and a manifest of them whose own digest names the folder. Files
 * that several checkpoints share are stored once.
 */
@Component
public class AdapterFolders {
    private final Blobs blobs;
    private final JsonMapper mapper;

    AdapterFolders(Blobs blobs, JsonMapper mapper) {
        this.blobs = blobs;
        this.mapper = mapper;
    }

    /** Stores all files below {@code directory} that {@code wanted} accepts by relative path. */
    public BlobRef store(Path directory, Predicate<String> wanted) {
        var entries = new ArrayList<FolderManifest.Entry>();
        try {
            for (Path file : files(directory)) {
                var name = directory.relativize(file).toString().replace('\\', '/');
                if (wanted.test(name)) {
                    var blob = blobs.put(file);
                    entries.add(new FolderManifest.Entry(name, blob.digest(), blob.bytes()));
                }
            }
            var manifest = new FolderManifest(entries);
            var stored = blobs.put(new ByteArrayInputStream(mapper.writeValueAsBytes(manifest)));
            return new BlobRef(stored.digest(), manifest.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Could not store the folder " + directory, e);
        }
    }

    /** The manifest with this digest. */
    public FolderManifest manifest(String digest) {
        try (var in = blobs.open(digest)) {
            // read whole before parsing: the last read is the one that checks the digest
            return mapper.readValue(in.readAllBytes(), FolderManifest.class);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read the folder manifest " + digest, e);
        }
    }

    /** Writes the wanted files of a stored folder below {@code target}, every digest checked. */
    public void restore(String digest, Path target, Predicate<String> wanted) {
        try {
            for (var entry : manifest(digest).files()) {
                if (wanted.test(entry.path())) {
                    var file = entry.below(target);
                    Files.createDirectories(file.getParent());
                    blobs.copyTo(entry.digest(), file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Could not restore the folder " + digest, e);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (var walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile)
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
