package dev.tenon.training;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Tokenised documents on disk, read through a mapping so that any number of them needs no heap. The token file holds
 * two big-endian ints a token, its id and its target; the index file holds the first token of every document and the
 * end.
 */
final class TokenFile implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final long TOKEN = 2L * Integer.BYTES;

    private final Arena arena;
    private final MemorySegment tokens;
    private final MemorySegment index;

    private TokenFile(Arena arena, MemorySegment tokens, MemorySegment index) {
        this.arena = arena;
        this.tokens = tokens;
        this.index = index;
    }

    @SuppressWarnings("MustBeClosed") // the arena lives as long as the file that is returned
    static TokenFile open(Path base) {
        var arena = Arena.ofShared();
        try {
            return new TokenFile(arena, map(tokens(base), arena), map(index(base), arena));
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(e);
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    private static Path tokens(Path base) {
        return base.resolveSibling(base.getFileName() + ".tokens");
    }

    private static Path index(Path base) {
        return base.resolveSibling(base.getFileName() + ".index");
    }

    static boolean exists(Path base) {
        return Files.exists(index(base));
    }

    int documents() {
        return (int) (index.byteSize() / Long.BYTES) - 1;
    }

    long tokens() {
        return tokens.byteSize() / TOKEN;
    }

    Document document(int number) {
        long from = index.get(LONG, (long) number * Long.BYTES);
        long to = index.get(LONG, (number + 1L) * Long.BYTES);
        int length = (int) (to - from);
        var ids = new int[length];
        var targets = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = tokens.get(INT, (from + i) * TOKEN);
            targets[i] = tokens.get(INT, (from + i) * TOKEN + Integer.BYTES);
        }
        return new Document(ids, targets);
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Writes a token file; the index, which makes it whole, comes last under its name. */
    static final class Writer implements AutoCloseable {
        private final Path base;
        private final Path partial;
        private final DataOutputStream tokens;
        private final DataOutputStream index;
        private long written;

        Writer(Path base) throws IOException {
            this.base = base;
            Files.createDirectories(base.toAbsolutePath().getParent());
            this.partial = base.resolveSibling(base.getFileName() + ".partial");
            this.tokens = stream(TokenFile.tokens(base));
            this.index = stream(partial);
            index.writeLong(0);
        }

        private static DataOutputStream stream(Path file) throws IOException {
            return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
        }

        void add(Document document) throws IOException {
            for (int i = 0; i < document.ids().length; i++) {
                tokens.writeInt(document.ids()[i]);
                tokens.writeInt(document.targets()[i]);
            }
            written += document.ids().length;
            index.writeLong(written);
        }

        @Override
        public void close() throws IOException {
            tokens.close();
            index.close();
            Files.move(partial, index(base), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
