package dev.tenon.artifact;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Writes safetensors files: to a temporary name, forced to disk, then renamed, so that a file is whole or absent. */
public final class SafetensorsWriter {
    /** The content of one tensor, little endian. */
    public record NamedTensor(ElementType type, List<Long> shape, MemorySegment data) {}

    private static final JsonMapper JSON = new JsonMapper();
    private static final int ALIGNMENT = 8;
    private static final long CHUNK = 8L << 20;

    private SafetensorsWriter() {}

    /** Writes the tensors in the order of the map. */
    public static void write(Path file, Map<String, NamedTensor> tensors, Map<String, String> metadata)
            throws IOException {
        byte[] header = header(tensors, metadata);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (var channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
            writeAll(channel, prefix.flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (var tensor : tensors.values()) {
                for (long at = 0; at < tensor.data().byteSize(); at += CHUNK) {
                    long length = Math.min(CHUNK, tensor.data().byteSize() - at);
                    byte[] chunk = tensor.data().asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
                    writeAll(channel, ByteBuffer.wrap(chunk));
                }
            }
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] header(Map<String, NamedTensor> tensors, Map<String, String> metadata) {
        var header = new LinkedHashMap<String, Object>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", new TreeMap<>(metadata));
        }
        long offset = 0;
        for (var tensor : tensors.entrySet()) {
            long end = offset + tensor.getValue().data().byteSize();
            // in a fixed order: the same content must have the same digest in every process
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", tensor.getValue().type().name());
            entry.put("shape", tensor.getValue().shape());
            entry.put("data_offsets", List.of(offset, end));
            header.put(tensor.getKey(), entry);
            offset = end;
        }
        byte[] json = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        // Padding with spaces keeps the data aligned for readers that map it.
        byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
