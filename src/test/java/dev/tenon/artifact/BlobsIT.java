package dev.tenon.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TenonIT;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;

@TenonIT
class BlobsIT {
    @Autowired
    Blobs blobs;

    @Autowired
    JdbcClient database;

    @Value("${tenon.home}")
    Path home;

    private static byte[] random(long seed, int size) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private long chunks(BlobRef ref) {
        return database.sql("select count(*) from blob_chunk where digest = ?")
                .param(ref.digest())
                .query(Long.class)
                .single();
    }

    @Test
    void theNameIsTheSha256OfTheContent() throws IOException {
        var ref = blobs.put(new ByteArrayInputStream("abc".getBytes()));
        assertThat(ref)
                .as("the digest that FIPS 180-4 gives as its example")
                .isEqualTo(new BlobRef("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3));
        assertThat(blobs.exists(ref.digest())).isTrue();
        assertThat(blobs.exists("0".repeat(64))).isFalse();
    }

    @Test
    void everySizeAroundAChunkComesBackWhole(@TempDir Path directory) throws IOException {
        for (int size : new int[] {0, 1, 1_048_575, 1_048_576, 1_048_577, 3_500_000}) {
            var bytes = random(size, size);
            var ref = blobs.put(new ByteArrayInputStream(bytes));
            try (var in = blobs.open(ref.digest())) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
            blobs.copyTo(ref.digest(), directory.resolve("deep/f" + size));
            assertThat(directory.resolve("deep/f" + size)).hasBinaryContent(bytes);
            assertThat(chunks(ref)).isEqualTo((size + 1_048_575) / 1_048_576);
        }
        try (var left = Files.list(directory.resolve("deep"))) {
            assertThat(left).as("no temporary file stays").hasSize(6);
        }
    }

    @Test
    void eightWritersOfTheSameContentStoreItOnce() throws Exception {
        var bytes = random(8, 2_500_000);
        var start = new CyclicBarrier(8);
        try (var pool = Executors.newFixedThreadPool(8)) {
            Callable<BlobRef> writer = () -> {
                start.await();
                return blobs.put(new ByteArrayInputStream(bytes));
            };
            var refs =
                    pool.invokeAll(IntStream.range(0, 8).mapToObj(_ -> writer).toList());
            for (var ref : refs) {
                assertThat(ref.get()).isEqualTo(refs.getFirst().get());
            }
            assertThat(chunks(refs.getFirst().get())).isEqualTo(3);
        }
    }

    @Test
    void damageIsFoundOnTheWayOut(@TempDir Path directory) throws IOException {
        var ref = blobs.put(new ByteArrayInputStream(random(3, 2_100_000)));
        database.sql("update blob_chunk set data = set_byte(data, 100, get_byte(data, 100) # 1)"
                        + " where digest = ? and number = 1")
                .param(ref.digest())
                .update();
        assertThatThrownBy(() -> read(ref)).isInstanceOf(IOException.class).hasMessageContaining("damaged");
        assertThatThrownBy(() -> blobs.copyTo(ref.digest(), directory.resolve("f")))
                .hasMessageContaining("damaged");
        assertThat(directory).isEmptyDirectory();
        database.sql("delete from blob_chunk where digest = ? and number = 2")
                .param(ref.digest())
                .update();
        assertThatThrownBy(() -> read(ref)).as("cut short").hasMessageContaining("damaged");
    }

    private void read(BlobRef ref) throws IOException {
        try (var in = blobs.open(ref.digest())) {
            in.readAllBytes();
        }
    }

    @Test
    void aSenderThatFailsLeavesNothing() throws IOException {
        long before =
                database.sql("select count(*) from blob").query(Long.class).single();
        var failing = new InputStream() {
            private int left = 3_000_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) { // each time: InputStream.read(byte[]) swallows the first
                    throw new IOException("line dropped");
                }
                return 7;
            }
        };
        assertThatThrownBy(() -> blobs.put(failing)).hasMessage("line dropped");
        assertThat(database.sql("select count(*) from blob").query(Long.class).single())
                .isEqualTo(before);
        try (var left = Files.list(home.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anUnknownDigestIsNotFound() {
        assertThatThrownBy(() -> blobs.open("f".repeat(64))).isInstanceOf(FileNotFoundException.class);
    }
}
