package dev.tenon.method.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Folders by hand, in PEFT's layout: what is read, and what is refused because it would be ignored in silence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoraFolderTest {
    private static final String LAYER = "base_model.model.model.layers.";

    private CausalModel model;
    private final Map<String, NamedTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> settings = new LinkedHashMap<>();

    @BeforeAll
    void load() {
        TensorEngine.start();
        model = TinyTask.model();
    }

    @AfterAll
    void close() {
        model.close();
    }

    /** A rank-2 pair on both query projections, 16×16. */
    @BeforeEach
    void validFolder() {
        settings.clear();
        settings.putAll(Map.of("peft_type", "LORA", "r", 2, "lora_alpha", 4, "target_modules", List.of("q_proj")));
        tensors.clear();
        for (int layer = 0; layer < 2; layer++) {
            put(LAYER + layer + ".self_attn.q_proj.lora_A.weight", 0.5f, 2, 16);
            put(LAYER + layer + ".self_attn.q_proj.lora_B.weight", 0.25f, 16, 2);
        }
    }

    private void put(String name, float value, long... shape) {
        int elements = 1;
        for (long size : shape) {
            elements *= (int) size;
        }
        var values = new float[elements];
        java.util.Arrays.fill(values, value);
        var dimensions = java.util.Arrays.stream(shape).boxed().toList();
        tensors.put(name, new NamedTensor(ElementType.F32, dimensions, MemorySegment.ofArray(values)));
    }

    private void write(Path folder) throws IOException {
        AdapterFolder.writeSettings(folder, settings);
        SafetensorsWriter.write(folder.resolve(AdapterFolder.WEIGHTS), tensors, Map.of());
    }

    private Problem refusal(Path folder) throws IOException {
        write(folder);
        var thrown = org.assertj.core.api.Assertions.catchThrowable(() -> AdapterFolder.load(model, folder));
        assertThat(thrown).isInstanceOf(Problem.class);
        return (Problem) thrown;
    }

    @Test
    void readsAMinimalFolder(@TempDir Path folder) throws IOException {
        write(folder);
        try (var scope = Scope.open();
                var adapter = AdapterFolder.load(model, folder)) {
            assertThat(adapter.matchedModules())
                    .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj");
            // W' - W = (4 / 2) · B A, each element 2 · 2 · 0.25 · 0.5 = 0.5
            var folded = ((LoraAdapter) adapter).folded("model.layers.0.self_attn.q_proj.weight");
            var base = ((LoraAdapter) adapter).baseTensor("model.layers.0.self_attn.q_proj.weight");
            assertThat(folded.sub(base).add(-0.5).abs().max().item()).isLessThan(1e-6);
        }
    }

    @Test
    void readsTheNamesOfOtherWriters(@TempDir Path folder) throws IOException {
        var renamed = new LinkedHashMap<String, NamedTensor>();
        tensors.forEach((name, tensor) -> renamed.put(name.replace(".weight", ".default.weight"), tensor));
        tensors.clear();
        tensors.putAll(renamed);
        write(folder);
        try (var adapter = AdapterFolder.load(model, folder)) {
            assertThat(adapter.parameters()).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "lora_bias, true",
        "fan_in_fan_out, true",
        "use_qalora, true",
        "task_type, SEQ_CLS",
        "init_lora_weights, corda",
        "something_new, 7"
    })
    void aSettingThatIsNotHonouredIsRefusedByName(String name, String value, @TempDir Path folder) throws IOException {
        settings.put(name, value.equals("true") ? (Object) true : value);
        assertThat(refusal(folder).message()).contains(name, value);
    }

    @Test
    void nestedSettingsThatAreNotHonouredAreRefusedByName(@TempDir Path folder) throws IOException {
        settings.put("layer_replication", List.of(List.of(0, 2)));
        settings.put("eva_config", Map.of("rho", 2.0));
        settings.put("loftq_config", Map.of());
        assertThat(refusal(folder).message())
                .contains("layer_replication", "eva_config")
                .doesNotContain("loftq_config");
    }

    @Test
    void aTensorWithoutAModuleIsRefusedByName(@TempDir Path folder) throws IOException {
        put(LAYER + "2.self_attn.q_proj.lora_A.weight", 1, 2, 16);
        var problem = refusal(folder);
        assertThat(problem.code()).isEqualTo("unexpected_tensor");
        assertThat(problem.message()).contains(LAYER + "2.self_attn.q_proj.lora_A.weight");
    }

    @Test
    void aMissingTensorIsRefusedByName(@TempDir Path folder) throws IOException {
        tensors.remove(LAYER + "1.self_attn.q_proj.lora_B.weight");
        var problem = refusal(folder);
        assertThat(problem.code()).isEqualTo("missing_tensor");
        assertThat(problem.message()).contains("layers.1.self_attn.q_proj.lora_B");
    }

    @Test
    void aTensorOfAnotherShapeIsRefusedByName(@TempDir Path folder) throws IOException {
        put(LAYER + "0.self_attn.q_proj.lora_A.weight", 1, 3, 16);
        var problem = refusal(folder);
        assertThat(problem.code()).isEqualTo("wrong_shape");
        assertThat(problem.message()).contains("layers.0.self_attn.q_proj.lora_A", "[3, 16]", "[2, 16]");
    }

    @Test
    void targetsThatMatchNothingAreRefusedWithThePossibleOnes(@TempDir Path folder) throws IOException {
        settings.put("target_modules", List.of("c_attn"));
        assertThat(refusal(folder).message()).contains("c_attn", "q_proj", "down_proj", "lm_head");
    }

    @Test
    void aPickleIsNeverRead(@TempDir Path folder) throws IOException {
        write(folder);
        Files.move(folder.resolve(AdapterFolder.WEIGHTS), folder.resolve("adapter_model.bin"));
        assertThatThrownBy(() -> AdapterFolder.load(model, folder))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("adapter_model.bin")
                .hasMessageContaining("safetensors");
        Files.write(folder.resolve(AdapterFolder.WEIGHTS), new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.', 0, 0, 0, 0});
        assertThatThrownBy(() -> AdapterFolder.load(model, folder))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("pickle");
    }

    @Test
    void anotherKindOfAdapterIsRefused(@TempDir Path folder) throws IOException {
        settings.put("peft_type", "POLY");
        assertThat(refusal(folder).message()).contains("POLY");
    }

    @Test
    void writesWhatEveryReaderNeeds(@TempDir Path folder, @TempDir Path again) throws IOException {
        write(folder);
        try (var adapter = AdapterFolder.load(model, folder)) {
            AdapterFolder.save(adapter, again, "tenon-base-7m");
        }
        var json = new JsonMapper().readTree(Files.readAllBytes(again.resolve(AdapterFolder.SETTINGS)));
        assertThat(json.get("peft_type").asString()).isEqualTo("LORA");
        assertThat(json.get("base_model_name_or_path").asString()).isEqualTo("tenon-base-7m");
        assertThat(json.get("r").asInt()).isEqualTo(2);
        assertThat(json.get("lora_alpha").isIntegralNumber()).isTrue();
        assertThat(json.get("inference_mode").asBoolean()).isTrue();
    }
}
