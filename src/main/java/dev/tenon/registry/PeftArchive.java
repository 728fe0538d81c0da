package dev.tenon.registry;

import dev.tenon.core.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Unpacks the zip of a PEFT folder that a stranger sent. Names on disk are ours; an entry's own name only chooses among
 * the few files that belong to an adapter. Pickles are refused by name and by content, bombs by count, size and ratio.
 */
final class PeftArchive {
    static final int MAX_ENTRIES = 64;
    static final long MAX_BYTES = 4L << 30;
    static final int MAX_RATIO = 100;
    private static final long FREE_RATIO_BYTES = 1 << 20;
    private static final Set<String> PICKLES =
            Set.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npy", ".npz");

    private PeftArchive() {}

    /** Leaves the adapter's files directly in {@code target}. */
    static void unpack(InputStream in, Path target) throws IOException {
        var counted = new Counted(in);
        var seen = new HashSet<String>();
        long total = 0;
        int entries = 0;
        try (var zip = new ZipInputStream(counted)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (++entries > MAX_ENTRIES) {
                    throw refused("archive_too_large", "The archive has more than %d entries.".formatted(MAX_ENTRIES));
                }
                var name = safeName(entry.getName());
                if (entry.isDirectory()) {
                    continue;
                }
                boolean wanted = AdapterCache.ADAPTER_FILES.contains(name);
                if (wanted && !seen.add(name)) {
                    throw refused("invalid_archive", "The archive holds '%s' twice.".formatted(name));
                }
                try (var out = wanted ? Files.newOutputStream(target.resolve(name)) : OutputStream.nullOutputStream()) {
                    total = copy(zip, out, name, total, counted);
                }
            }
        } catch (ZipException e) {
            throw refused("invalid_archive", "The archive is not a readable zip: " + e.getMessage());
        }
        if (!seen.containsAll(AdapterCache.REQUIRED_FILES)) {
            throw refused(
                    "invalid_archive",
                    "The archive must hold 'adapter_config.json' and 'adapter_model.safetensors', as PEFT's"
                            + " save_pretrained writes them.");
        }
    }

    /** The last part of a harmless path with at most one folder before it. */
    private static String safeName(String raw) {
        var parts = raw.split("/", -1);
        if (raw.isEmpty()
                || raw.length() > 200
                || raw.startsWith("/")
                || raw.contains("\\")
                || raw.contains(":")
                || raw.chars().anyMatch(Character::isISOControl)
                || List.of(parts).contains("..")) {
            throw refused("unsafe_path", "The archive holds an entry whose path leaves the folder.");
        }
        var name = parts[parts.length - 1];
        var lower = name.toLowerCase(Locale.ROOT);
        if (PICKLES.stream().anyMatch(lower::endsWith)) {
            throw pickle(name);
        }
        return name;
    }

    private static long copy(InputStream in, OutputStream out, String name, long before, Counted compressed)
            throws IOException {
        var buffer = new byte[1 << 16];
        long total = before;
        boolean first = true;
        for (int read = in.readNBytes(buffer, 0, buffer.length);
                read > 0;
                read = in.readNBytes(buffer, 0, buffer.length)) {
            if (first && looksLikeCode(buffer, read)) {
                throw pickle(name);
            }
            first = false;
            total += read;
            if (total > MAX_BYTES || (total > FREE_RATIO_BYTES && total / MAX_RATIO > compressed.count)) {
                throw refused(
                        "archive_too_large",
                        "The archive unpacks to more than %d bytes or more than %d times its size."
                                .formatted(MAX_BYTES, MAX_RATIO));
            }
            out.write(buffer, 0, read);
        }
        return total;
    }

    /** A pickle begins with its protocol (0x80 2…5), and a torch archive is a zip. */
    private static boolean looksLikeCode(byte[] head, int length) {
        boolean pickle = length >= 2 && (head[0] & 0xff) == 0x80 && head[1] >= 1 && head[1] <= 5;
        boolean zip = length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] <= 8 && head[3] <= 8;
        // a safetensors header's length in its first 8 bytes may begin with 0x80, but then '{' follows it
        return zip || (pickle && !(length > 8 && head[8] == '{'));
    }

    private static Problem pickle(String name) {
        return refused(
                "unsafe_file",
                "'%s' is a pickle or an archive, which can run code when it is read. Save the adapter as safetensors."
                        .formatted(name));
    }

    private static Problem refused(String code, String message) {
        return Problem.invalid("file", code, message);
    }

    /** Counts what was read of the compressed bytes. */
    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
