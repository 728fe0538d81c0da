package dev.tenon.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Fixtures;
import dev.tenon.core.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The strict reader against hand-made bad files and against files that another implementation wrote. */
class SafetensorsTest {
    private static final String GOOD = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    @TempDir
    Path folder;

    private Path file(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        out.write(json);
        out.write(new byte[dataBytes]);
        return Files.write(folder.resolve("x.safetensors"), out.toByteArray());
    }

    @Test
    void aGoodFileIsReadWithAndWithoutPadding() throws IOException {
        for (String padding : List.of("", "     ")) {
            try (var read = SafetensorsFile.open(file(GOOD + padding, 8), SafetensorsLimits.ADAPTER)) {
                assertThat(read.entries()).containsExactly(new TensorEntry("a", ElementType.F32, List.of(2L), 0, 8));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 9 | 1 bytes follow the last tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 7 | cut off",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | gap or an overlap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | needs 8 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,8],\"data_offsets\":[0,8]}} | 8 | overflows",
                "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}} | 8 | dtype 'C64'",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}} | 8 | whole number",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}} | 4 | more than 8 numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[[[[1]]]],\"data_offsets\":[0,4]}} | 4 | ",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}} | 4 | needs dtype, shape and two data_offsets",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} | 1 | not valid JSON",
                "{\"a\":1} | 0 | is not an object",
                "[1] | 0 | does not begin with",
                "{\"a\" | 0 | not valid JSON",
                "{\"__metadata__\":{\"k\":1}} | 0 | not text",
                "{\"a;b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} | 1 | tensor name",
                "{} {} | 0 | goes on",
            })
    void aBadHeaderIsRefusedWithItsReason(String header, int dataBytes, String reason) throws IOException {
        Path file = file(header, dataBytes);
        assertThatThrownBy(() -> SafetensorsFile.open(file, SafetensorsLimits.ADAPTER))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status()).isEqualTo(400);
                    assertThat(problem.code()).isEqualTo("invalid_safetensors");
                    assertThat(problem.message()).contains("'x.safetensors'").contains(reason == null ? "" : reason);
                });
    }

    @Test
    void aPickleAndAZipAreToldByTheirContent() throws IOException {
        Path pickle = Files.write(
                folder.resolve("w.safetensors"), new byte[] {(byte) 0x80, 4, (byte) 0x95, 1, 2, 3, 4, 5, 6});
        assertThatThrownBy(() -> SafetensorsFile.open(pickle, SafetensorsLimits.ADAPTER))
                .hasMessage(
                        "'w.safetensors' is not a valid safetensors file: it is a Python pickle, whatever its name says."
                                + " Save the weights with safetensors.");
        Path zip = Files.write(folder.resolve("z.safetensors"), "PK\3\4........".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> SafetensorsFile.open(zip, SafetensorsLimits.ADAPTER))
                .hasMessageContaining("zip archive");
    }

    @Test
    void aHeaderLongerThanTheLimitOrTheFileIsRefusedBeforeItIsRead() throws IOException {
        for (long length : new long[] {Long.MAX_VALUE, -1, 9L << 20, 100}) {
            byte[] bytes = ByteBuffer.allocate(40)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array();
            Path file = Files.write(folder.resolve("h.safetensors"), bytes);
            assertThatThrownBy(() -> SafetensorsFile.open(file, SafetensorsLimits.ADAPTER))
                    .isInstanceOf(Problem.class);
        }
    }

    @Test
    void mutatedFilesAreRefusedOrReadButNeverCrash() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        byte[] good = Files.readAllBytes(file(GOOD, 8));
        int refused = 0;
        for (int i = 0; i < 1_500; i++) {
            byte[] bad = good.clone();
            for (int k = 0; k <= random.nextInt(4); k++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("m.safetensors"), bad);
            try (var read = SafetensorsFile.open(file, SafetensorsLimits.ADAPTER)) {
                read.entries()
                        .forEach(
                                entry -> assertThat(read.data(entry).byteSize()).isEqualTo(entry.bytes()));
            } catch (Problem expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(900);
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        var tensors = new LinkedHashMap<String, SafetensorsWriter.NamedTensor>();
        tensors.put(
                "w",
                new SafetensorsWriter.NamedTensor(
                        ElementType.F32, List.of(2L, 1L), MemorySegment.ofArray(new float[] {1.5f, -2f})));
        tensors.put(
                "empty",
                new SafetensorsWriter.NamedTensor(ElementType.U8, List.of(0L), MemorySegment.ofArray(new byte[0])));
        Path file = folder.resolve("out.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
        try (var read = SafetensorsFile.open(file, SafetensorsLimits.ADAPTER)) {
            assertThat(read.metadata()).containsEntry("format", "pt");
            assertThat(read.names()).containsExactly("w", "empty");
            assertThat(read.data(read.entries().getFirst()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                    .containsExactly(1.5f, -2f);
        }
    }

    @Test
    void everyReferenceFileIsRead() throws IOException {
        int files = 0;
        try (var walk = Files.walk(Fixtures.root())) {
            for (Path path :
                    walk.filter(p -> p.toString().endsWith(".safetensors")).toList()) {
                try (var read = SafetensorsFile.open(path, SafetensorsLimits.BASE_MODEL)) {
                    assertThat(read.entries()).as(path.toString()).isNotEmpty();
                    files++;
                }
            }
        }
        assertThat(files).isPositive();
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.openDirectory(folder, SafetensorsLimits.BASE_MODEL))
                .hasMessage(
                        "The shard 'model-00001-of-00002.safetensors' named in 'model.safetensors.index.json' is missing."
                                + " Upload it with the others.");
    }
}
