package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A head goes where its adapter goes, with its labels, in a folder that PEFT can read. */
class TrainedHeadTest {
    private static EncoderModel model;

    @TempDir
    Path folder;

    @BeforeAll
    static void make() {
        TensorEngine.start();
        model = TinyTask.encoder();
    }

    @AfterAll
    static void free() {
        model.close();
    }

    private static Tuned fresh(Task task, String... labels) {
        var adapter = Methods.scan().attach(model, Map.of("method", "lora", "target_modules", List.of("query")), 1);
        return new Tuned(adapter, TrainedHead.fresh(model, task, List.of(labels), 1));
    }

    @Test
    void comesBackFromItsFolderBitByBit() {
        try (var tuned = fresh(Task.CLASSIFICATION, "ja", "nein", "vielleicht")) {
            tuned.save(folder, "tiny");
            try (var again = Tuned.load(model, folder)) {
                var head = Objects.requireNonNull(again.head());
                assertThat(head.head().labels()).containsExactly("ja", "nein", "vielleicht");
                assertThat(head.head().form()).isEqualTo(model.headForm(Task.CLASSIFICATION, 3));
                assertThat(again.parameters().keySet())
                        .isEqualTo(tuned.parameters().keySet());
                again.parameters()
                        .forEach((name, tensor) -> assertThat(tensor.toFloats())
                                .isEqualTo(tuned.parameters().get(name).toFloats()));
                assertThat(again.adapter().config()).isEqualTo(tuned.adapter().config());
            }
        }
    }

    /** The tiny checkpoint has no pooler, so the head brings its own, and PEFT must be told to read it. */
    @Test
    void namesItsModulesAsPeftDoes() throws IOException {
        try (var tuned = fresh(Task.CLASSIFICATION, "a", "b")) {
            tuned.save(folder, "tiny");
        }
        var settings = new JsonMapper().readTree(Files.readAllBytes(folder.resolve(AdapterFolder.SETTINGS)));
        assertThat(settings.get("task_type").asString()).isEqualTo("SEQ_CLS");
        assertThat(settings.get("modules_to_save").toString()).isEqualTo("[\"classifier\",\"score\",\"pooler\"]");
        try (var tensors = AdapterTensors.open(folder)) {
            assertThat(tensors.has("base_model.model.bert.pooler.dense.weight")).isTrue();
            assertThat(tensors.has("base_model.model.classifier.bias")).isTrue();
            assertThat(tensors.left()).hasSize(4).allMatch(name -> name.contains("lora_"));
        }
    }

    @Test
    void withoutItsLabelsTheyAreNumbered() throws IOException {
        try (var tuned = fresh(Task.TAGGING, "O", "B-PER")) {
            tuned.save(folder, "tiny");
        }
        Files.delete(folder.resolve(AdapterFolder.HEAD));
        try (var again = Tuned.load(model, folder)) {
            var head = Objects.requireNonNull(again.head()).head();
            assertThat(head.labels()).containsExactly("LABEL_0", "LABEL_1");
            assertThat(head.form().task()).isEqualTo(Task.TAGGING);
        }
    }

    @Test
    void aWrongNumberOfLabelsIsRefused() throws IOException {
        try (var tuned = fresh(Task.TAGGING, "O", "B-PER")) {
            tuned.save(folder, "tiny");
        }
        Files.writeString(folder.resolve(AdapterFolder.HEAD), "{\"task\": \"tagging\", \"labels\": [\"O\"]}");
        assertThatThrownBy(() -> Tuned.load(model, folder))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("names 1 labels; the head's tensors have 2");
    }

    @Test
    void aBaseThatWritesTextHasNoPlaceForIt() {
        try (var tuned = fresh(Task.TAGGING, "O", "B-PER");
                var decoder = TinyTask.model()) {
            tuned.save(folder, "tiny");
            assertThatThrownBy(() -> Tuned.load(decoder, folder))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("TOKEN_CLS");
        }
    }
}
