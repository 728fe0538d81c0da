package dev.tenon.model.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model directory that is not whole is refused by name of what is wrong. */
class ModelFolderTest {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aWholeDirectoryIsTaken() throws IOException {
        Files.writeString(folder.resolve("modeling.py"), "import os");
        var model = ModelFolder.check(folder);
        assertThat(model.config().parameters()).isBetween(6_900_000L, 7_000_000L);
        assertThat(model.licence()).isEqualTo("cc-by-sa-4.0");
        assertThat(model.files())
                .extracting(file -> file.getFileName().toString())
                .contains("config.json", "model.safetensors", "tokenizer.json", "README.md")
                .doesNotContain("modeling.py");
    }

    @Test
    void aPickleIsRefusedEvenBesideGoodWeights() throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        refused("pickle_refused", "pytorch_model.bin");
    }

    @Test
    void aPickleNamedSafetensorsIsRefused() throws IOException {
        Files.write(folder.resolve("model.safetensors"), new byte[] {(byte) 0x80, 4, (byte) 0x95, 1, 2, 3, 4, 5, 6, 7});
        refused("invalid_safetensors", "pickle");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Files.move(folder.resolve("model.safetensors"), folder.resolve("model-00001-of-00002.safetensors"));
        Files.writeString(folder.resolve("model.safetensors.index.json"), """
                {"weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors",
                 "model.embed_tokens.weight": "model-00002-of-00002.safetensors"}}""");
        refused("missing_shard", "model-00002-of-00002.safetensors");
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        edit("\"num_hidden_layers\": 8", "\"num_hidden_layers\": 9");
        refused("missing_tensor", "model.layers.8.input_layernorm.weight");
    }

    @Test
    void aTensorOfAnotherShapeIsNamed() throws IOException {
        edit("\"intermediate_size\": 704", "\"intermediate_size\": 705");
        refused("wrong_shape", "mlp.gate_proj.weight");
    }

    @Test
    void anUnknownArchitectureNamesTheKnownOnes() throws IOException {
        edit("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"");
        refused("unsupported_architecture", "mistral");
    }

    @Test
    void configurationAndTokenizerAreNeeded() throws IOException {
        Files.delete(folder.resolve("tokenizer.json"));
        refused("missing_tokenizer", "tokenizer.json");
        Files.delete(folder.resolve("config.json"));
        refused("missing_config", "config.json");
    }

    private void edit(String before, String after) throws IOException {
        Path config = folder.resolve("config.json");
        String text = Files.readString(config);
        assertThat(text).contains(before);
        Files.writeString(config, text.replace(before, after));
    }

    private void refused(String code, String named) {
        assertThatThrownBy(() -> ModelFolder.check(folder)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(400);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.message()).contains(named);
        });
    }
}
