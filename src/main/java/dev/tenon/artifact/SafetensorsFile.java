package dev.tenon.artifact;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A memory-mapped safetensors file, read strictly: the header is bounded, the tensors tile the data without gap or
 * overlap, and nothing that only looks like weights (pickle, zip) gets further than its first bytes.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PREFIX = 8;

    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private SafetensorsFile(Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps and checks a file.
     *
     * @throws Problem 400 {@code invalid_safetensors}, naming the file and what is wrong with it
     */
    @SuppressWarnings("MustBeClosed") // the arena lives as long as the file that is returned
    public static SafetensorsFile open(Path file, SafetensorsLimits limits) throws IOException {
        String name = String.valueOf(file.getFileName());
        long size = Files.size(file);
        if (size < PREFIX) {
            throw invalid(name, "it has %d bytes, too few for a header".formatted(size));
        }
        var arena = Arena.ofShared();
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            refuseForeignContent(name, mapped);
            long length = mapped.get(LENGTH, 0);
            if (length < 2 || length > limits.headerBytes()) {
                throw invalid(
                        name,
                        "its header claims %s bytes; allowed are 2 to %d"
                                .formatted(Long.toUnsignedString(length), limits.headerBytes()));
            }
            if (length > size - PREFIX) {
                throw invalid(name, "its header claims %d bytes but the file ends after %d".formatted(length, size));
            }
            long dataBytes = size - PREFIX - length;
            var header = SafetensorsHeader.parse(
                    name, mapped.asSlice(PREFIX, length).toArray(ValueLayout.JAVA_BYTE), dataBytes, limits);
            return new SafetensorsFile(arena, mapped.asSlice(PREFIX + length), header);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** A pickle executes code when it is read and a zip hides what it holds: both are told by their first bytes. */
    private static void refuseForeignContent(String name, MemorySegment file) {
        int first = file.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
        int second = file.get(ValueLayout.JAVA_BYTE, 1) & 0xFF;
        boolean pickle = first == 0x80 && second >= 1 && second <= 5 && file.get(LENGTH, 0) >>> 40 != 0;
        if (pickle) {
            throw invalid(name, "it is a Python pickle, whatever its name says. Save the weights with safetensors");
        }
        if (first == 'P' && second == 'K') {
            throw invalid(name, "it is a zip archive (PyTorch's .bin or .pt). Save the weights with safetensors");
        }
    }

    static Problem invalid(String file, String reason) {
        return Problem.invalid(
                "file", "invalid_safetensors", "'%s' is not a valid safetensors file: %s.".formatted(file, reason));
    }

    /** All tensors in the order of the header. */
    public List<TensorEntry> entries() {
        return List.copyOf(header.entries().values());
    }

    public Collection<String> names() {
        return header.entries().keySet();
    }

    public @Nullable TensorEntry find(String name) {
        return header.entries().get(name);
    }

    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** The bytes of one tensor, little endian, read-only, valid until this file is closed. */
    public MemorySegment data(TensorEntry entry) {
        return data.asSlice(entry.offset(), entry.bytes());
    }

    @Override
    public void close() {
        arena.close();
    }
}
