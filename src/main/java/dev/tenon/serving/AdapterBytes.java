package dev.tenon.serving;

import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.method.AdapterFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The memory that an adapter will take, from the header of its file: weights are computed with in four bytes. */
final class AdapterBytes {
    private AdapterBytes() {}

    static long of(Path folder) {
        try (var file = SafetensorsFile.open(folder.resolve(AdapterFolder.WEIGHTS), SafetensorsLimits.ADAPTER)) {
            return file.entries().stream()
                    .mapToLong(entry -> entry.shape().stream().reduce(1L, Math::multiplyExact) * Float.BYTES)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read the adapter in " + folder, e);
        }
    }
}
