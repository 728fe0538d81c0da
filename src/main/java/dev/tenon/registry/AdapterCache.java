package dev.tenon.registry;

import dev.tenon.method.AdapterFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Adapter folders on this machine's disk, one per manifest digest, checked again every time they are asked for. */
@Component
class AdapterCache {
    /** What a folder for serving or export holds; a checkpoint's optimiser state stays behind. */
    static final Set<String> ADAPTER_FILES =
            Set.of("adapter_config.json", "adapter_model.safetensors", "head.json", "README.md");

    /** Without these it is none. */
    static final List<String> REQUIRED_FILES = List.of("adapter_config.json", "adapter_model.safetensors");

    private final AdapterFolders folders;
    private final Path root;

    AdapterCache(AdapterFolders folders, @Value("${tenon.home:${user.home}/.tenon}") Path home) {
        this.folders = folders;
        this.root = home.resolve("cache").resolve("adapters");
    }

    Path folder(String digest) {
        var target = root.resolve(digest);
        try {
            if (Files.isDirectory(target)) {
                if (intact(digest, target)) {
                    return target;
                }
                FileSystemUtils.deleteRecursively(target);
            }
            Files.createDirectories(root);
            var fresh = Files.createTempDirectory(root, "fetch-");
            try {
                folders.restore(digest, fresh, ADAPTER_FILES::contains);
                publish(fresh, target);
            } finally {
                FileSystemUtils.deleteRecursively(fresh);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("Could not fetch the adapter folder " + digest, e);
        }
    }

    /** Whether a head lies in a stored folder, without fetching it. */
    boolean hasHead(String digest, Map<String, Object> settings) {
        var files = folders.manifest(digest).files().stream()
                .map(FolderManifest.Entry::path)
                .toList();
        return AdapterFolder.hasHead(files, settings);
    }

    private static void publish(Path fresh, Path target) throws IOException {
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException raced) {
            // another thread published the same content first
            if (!Files.isDirectory(target)) {
                throw raced;
            }
        }
    }

    private boolean intact(String digest, Path target) throws IOException {
        for (var entry : folders.manifest(digest).files()) {
            if (ADAPTER_FILES.contains(entry.path())) {
                var file = entry.below(target);
                if (!Files.isRegularFile(file) || !sha256(file).equals(entry.digest())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String sha256(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
