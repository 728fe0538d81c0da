package dev.tenon.artifact;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link Blobs} in the tables {@code blob} and {@code blob_chunk}. */
@Component
class DatabaseBlobs implements Blobs {
    static final int CHUNK = 1024 * 1024;

    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final Path spool;

    DatabaseBlobs(
            JdbcClient database,
            PlatformTransactionManager transactions,
            @Value("${tenon.home:${user.home}/.tenon}") Path home) {
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
        this.spool = home.resolve("tmp");
    }

    /** Through a temporary file: the name is only known at the end, and a slow sender must not hold a transaction open. */
    @Override
    public BlobRef put(InputStream in) throws IOException {
        Files.createDirectories(spool);
        var file = Files.createTempFile(spool, "blob-", ".part");
        try {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return put(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Override
    public BlobRef put(Path file) throws IOException {
        var ref = DigestStream.of(file);
        if (!exists(ref.digest())) {
            try {
                transaction.executeWithoutResult(_ -> store(ref, file));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return ref;
    }

    private void store(BlobRef ref, Path file) {
        int rows = database.sql("insert into blob (digest, bytes) values (:digest, :bytes) on conflict do nothing")
                .param("digest", ref.digest())
                .param("bytes", ref.bytes())
                .update();
        if (rows == 0) {
            return;
        }
        try (var in = new DigestStream(Files.newInputStream(file))) {
            int number = 0;
            for (var chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                database.sql("insert into blob_chunk (digest, number, data) values (:digest, :number, :data)")
                        .param("digest", ref.digest())
                        .param("number", number++)
                        .param("data", chunk)
                        .update();
            }
            if (!in.reached().equals(ref)) {
                throw new IOException("%s changed while it was stored".formatted(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream open(String digest) throws IOException {
        var bytes = database.sql("select bytes from blob where digest = :digest")
                .param("digest", digest)
                .query(Long.class)
                .optional();
        if (bytes.isEmpty()) {
            throw new FileNotFoundException("There is no blob " + digest);
        }
        return new DigestStream(new Chunks(digest), new BlobRef(digest, bytes.get()));
    }

    /** One chunk in memory at a time, each its own short statement. */
    private final class Chunks extends InputStream {
        private final String digest;
        private byte[] chunk = new byte[0];
        private int at;
        private int number;

        Chunks(String digest) {
            this.digest = digest;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == chunk.length && !next()) {
                return -1;
            }
            int count = Math.min(length, chunk.length - at);
            System.arraycopy(chunk, at, target, offset, count);
            at += count;
            return count;
        }

        private boolean next() {
            var data = database.sql("select data from blob_chunk where digest = :digest and number = :number")
                    .param("digest", digest)
                    .param("number", number++)
                    .query(byte[].class)
                    .optional();
            chunk = data.orElseGet(() -> new byte[0]);
            at = 0;
            return chunk.length > 0;
        }
    }

    @Override
    public void copyTo(String digest, Path file) throws IOException {
        var target = file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        var part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (var in = open(digest);
                    var out = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var buffer = new byte[CHUNK];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    var bytes = java.nio.ByteBuffer.wrap(buffer, 0, count);
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                }
                out.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public boolean exists(String digest) {
        return database.sql("select count(*) from blob where digest = :digest")
                        .param("digest", digest)
                        .query(Long.class)
                        .single()
                > 0;
    }
}
