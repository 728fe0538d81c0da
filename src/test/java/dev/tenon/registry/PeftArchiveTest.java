package dev.tenon.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenon.core.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise: a stranger's archive writes only the adapter's files, runs no code and cannot explode. */
class PeftArchiveTest {
    private static final byte[] CONFIG = "{\"peft_type\":\"LORA\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WEIGHTS = safetensors();

    @TempDir
    Path target;

    @ParameterizedTest
    @ValueSource(strings = {"", "adapter/"})
    void unpacksTheAdaptersFilesAndNothingElse(String folder) throws IOException {
        unpack(Map.of(
                folder + "adapter_config.json", CONFIG,
                folder + "adapter_model.safetensors", WEIGHTS,
                folder + "tokenizer.json", new byte[10]));
        try (var files = Files.list(target)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
        }
        assertThat(target.resolve("adapter_model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    static Stream<Arguments> hostile() {
        byte[] pickle = {(byte) 0x80, 2, '}', 'q', 0, '.'};
        byte[] torchZip = {'P', 'K', 3, 4, 0, 0, 0, 0};
        return Stream.of(
                Arguments.of("unsafe_path", "../adapter_config.json", CONFIG),
                Arguments.of("unsafe_path", "a/../../adapter_config.json", CONFIG),
                Arguments.of("unsafe_path", "/etc/adapter_config.json", CONFIG),
                Arguments.of("unsafe_path", "..\\adapter_config.json", CONFIG),
                Arguments.of("unsafe_path", "C:adapter_config.json", CONFIG),
                Arguments.of("unsafe_path", "adapter_config.json\u0000.txt", CONFIG),
                Arguments.of("unsafe_file", "adapter_model.bin", WEIGHTS),
                Arguments.of("unsafe_file", "training_args.BIN", WEIGHTS),
                Arguments.of("unsafe_file", "optimizer.pt", WEIGHTS),
                Arguments.of("unsafe_file", "README.md", pickle),
                Arguments.of("unsafe_file", "notes.txt", torchZip),
                Arguments.of("archive_too_large", "notes.txt", new byte[20 << 20]));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("hostile")
    void refuses(String code, String name, byte[] content) {
        assertThat(refusal(Map.of(name, content)).code()).isEqualTo(code);
        assertThat(target.getParent().resolve("adapter_config.json")).doesNotExist();
    }

    @Test
    void aPickleNamedSafetensorsIsRefused() {
        byte[] pickle = {(byte) 0x80, 4, (byte) 0x95, 1, 0, 0, 0, 0, 0, 0, 0, '}', '.'};
        assertThat(refusal(Map.of("adapter_config.json", CONFIG, "adapter_model.safetensors", pickle))
                        .code())
                .isEqualTo("unsafe_file");
    }

    @Test
    void aSafetensorsHeaderOf128BytesIsNotTakenForAPickle() throws IOException {
        // its length begins with the byte 0x80, as a pickle does
        var header = new byte[8 + 128];
        header[0] = (byte) 0x80;
        header[8] = '{';
        unpack(Map.of("adapter_config.json", CONFIG, "adapter_model.safetensors", header));
        assertThat(target.resolve("adapter_model.safetensors")).exists();
    }

    @Test
    void refusesCrowds() {
        var many = new LinkedHashMap<String, byte[]>();
        for (int i = 0; i <= PeftArchive.MAX_ENTRIES; i++) {
            many.put("notes-" + i, new byte[1]);
        }
        assertThat(refusal(many).code()).isEqualTo("archive_too_large");
    }

    @Test
    void refusesWhatIsIncompleteOrNoZip() {
        assertThat(refusal(Map.of("adapter_config.json", CONFIG)).code()).isEqualTo("invalid_archive");
        var problem = catchThrowableOfType(
                Problem.class, () -> PeftArchive.unpack(new ByteArrayInputStream(new byte[100]), target));
        assertThat(problem.code()).isEqualTo("invalid_archive");
    }

    private Problem refusal(Map<String, byte[]> files) {
        return catchThrowableOfType(Problem.class, () -> unpack(files));
    }

    private void unpack(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        PeftArchive.unpack(new ByteArrayInputStream(bytes.toByteArray()), target);
    }

    private static byte[] safetensors() {
        var header =
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".getBytes(StandardCharsets.UTF_8);
        var file = new byte[8 + header.length + 4];
        file[0] = (byte) header.length;
        System.arraycopy(header, 0, file, 8, header.length);
        return file;
    }
}
