package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Fixtures;
import dev.tenon.TensorEngine;
import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters folded into encoders as Hugging Face writes them, with and without a head, bare or below another head. */
class MergedEncoderFixtureTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    static Stream<String> encoders() {
        return Fixtures.folders(Fixtures.root().resolve("models")).stream()
                .filter(model -> isEncoder(model))
                .map(model -> model.getFileName().toString());
    }

    private static boolean isEncoder(Path model) {
        try {
            return ModelConfig.read(model) instanceof EncoderConfig;
        } catch (dev.tenon.core.Problem unsupported) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void answersAsTheEncoderWithItsAdapter(String name) throws IOException {
        check(name, Fixtures.root().resolve("models").resolve(name));
    }

    /** A checkpoint without a head leaves the encoder's own name out of its tensors'. */
    @Test
    void soDoesABareEncoder() throws IOException {
        Path headed = Fixtures.root().resolve("models").resolve("roberta");
        Path bare = Files.createDirectory(folder.resolve("bare"));
        Files.writeString(
                bare.resolve("config.json"),
                Files.readString(headed.resolve("config.json"))
                        .replace("RobertaForSequenceClassification", "RobertaModel"));
        try (var checkpoint = Checkpoint.openDirectory(headed, SafetensorsLimits.BASE_MODEL)) {
            var tensors = new LinkedHashMap<String, NamedTensor>();
            for (String name : checkpoint.names()) {
                var entry = Objects.requireNonNull(checkpoint.find(name));
                if (name.startsWith("roberta.")) {
                    tensors.put(
                            name.substring("roberta.".length()),
                            new NamedTensor(entry.type(), entry.shape(), checkpoint.data(entry)));
                }
            }
            SafetensorsWriter.write(bare.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        }
        check("bare", bare);
    }

    private void check(String name, Path directory) throws IOException {
        for (boolean headed : List.of(false, true)) {
            Path stored = Files.createTempDirectory(folder, "adapter");
            try (var model = (EncoderModel) Models.open(directory, Device.cpu(), DType.F32);
                    var tuned = new Tuned(
                            Composed.adapter(
                                    model, 1, 0.05, Map.of("rank", 2, "target_modules", ".*(query|value|q_lin)")),
                            headed ? TrainedHead.fresh(model, Task.CLASSIFICATION, List.of("a", "b", "c"), 1) : null)) {
                tuned.save(stored, name);
            }
            Path target = Files.createTempDirectory(folder, "merged");
            try (var bench = Workbench.open(directory, folder)) {
                var proof = bench.merge(stored, target, true);
                assertThat((double) proof.get("logit_parity"))
                        .as("%s, headed: %s", name, headed)
                        .isLessThan(1e-4);
                assertThat((double) proof.get("probe_max_logit_change")).isPositive();
            }
            try (var merged = (EncoderModel) Models.open(target, Device.cpu(), DType.F32)) {
                if (headed) {
                    assertThat(Objects.requireNonNull(merged.ownHead()).labels())
                            .containsExactly("a", "b", "c");
                } else {
                    assertThat(merged.config()).isEqualTo(ModelConfig.read(directory));
                }
            }
        }
    }
}
