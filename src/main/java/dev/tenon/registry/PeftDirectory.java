package dev.tenon.registry;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Imports a PEFT folder of the server's own disk, for administrators. Its few files go through the same door as an
 * uploaded archive and are checked there; whatever else training left beside them is not looked at.
 */
@Component
class PeftDirectory {
    private final PeftImport importer;

    PeftDirectory(PeftImport importer) {
        this.importer = importer;
    }

    AdapterVersionView read(Tenant tenant, String name, @Nullable String baseModel, Path directory) {
        if (!tenant.isAdmin()) {
            throw Problem.forbidden("Only an administrator may import a directory of the server.");
        }
        if (!directory.isAbsolute() || !Files.isDirectory(directory)) {
            throw Problem.invalid(
                    "directory",
                    "directory_not_found",
                    "'%s' is not a directory of the server; give the absolute path of a PEFT folder."
                            .formatted(directory));
        }
        for (var needed : AdapterCache.REQUIRED_FILES) {
            if (!Files.isRegularFile(directory.resolve(needed))) {
                throw Problem.invalid(
                        "directory",
                        "invalid_directory",
                        "The folder '%s' holds no '%s'; give one that PEFT's save_pretrained wrote, with its weights as safetensors."
                                .formatted(directory, needed));
            }
        }
        try {
            var zip = Files.createTempFile("tenon-import-", ".zip");
            try {
                pack(directory, zip);
                try (var in = new BufferedInputStream(Files.newInputStream(zip))) {
                    return importer.read(tenant, name, baseModel, in);
                }
            } finally {
                Files.delete(zip);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + directory, e);
        }
    }

    private static void pack(Path directory, Path zip) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (var name : AdapterCache.ADAPTER_FILES) {
                var file = directory.resolve(name);
                if (Files.isRegularFile(file)) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }
}
