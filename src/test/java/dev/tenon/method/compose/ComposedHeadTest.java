package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.method.compose.Workbench.Source;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** Adapters of the shipped encoder with heads, composed and merged and read back from their files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposedHeadTest {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-encoder-4m");
    private static final Recipe CONCATENATE = new Recipe("concatenate", 1, 0, 0, null);
    private static final Recipe AVERAGE = new Recipe("average", 1, 0, 0, null);

    @TempDir
    static Path folder;

    private EncoderModel model;
    private Workbench bench;

    @BeforeAll
    void open() {
        TensorEngine.start();
        model = (EncoderModel) Models.open(SHIPPED, Device.cpu(), DType.F32);
        bench = Workbench.open(SHIPPED, folder);
    }

    @AfterAll
    void close() {
        bench.close();
        model.close();
    }

    private Source stored(long seed, Task task, String... labels) throws IOException {
        Path stored = Files.createTempDirectory(folder, "part");
        var settings = Map.<String, Object>of("rank", 2, "target_modules", List.of("query", "value"));
        var head = labels.length == 0 ? null : TrainedHead.fresh(model, task, List.of(labels), seed);
        try (var tuned = new Tuned(Composed.adapter(model, seed, 0.02, settings), head)) {
            tuned.save(stored, "tenon-encoder-4m");
        }
        return new Source(stored, 0.5);
    }

    private Tuned composed(Recipe recipe, Integer head, Source... sources) throws IOException {
        Path target = Files.createTempDirectory(folder, "composed");
        bench.compose(List.of(sources), recipe, head, target, "tenon-encoder-4m");
        return Tuned.load(model, target);
    }

    private static float[] last(Tuned tuned) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(tuned.head()).parameters().get("classifier.out_proj.weight"))
                .toFloats();
    }

    @Test
    void theHeadOfTheNamedPartIsKept() throws IOException {
        var first = stored(1, Task.CLASSIFICATION, "yes", "no");
        var second = stored(2, Task.CLASSIFICATION, "red", "green", "blue");
        try (var kept = composed(CONCATENATE, 1, first, second);
                var alone = Tuned.load(model, second.folder())) {
            assertThat(Objects.requireNonNull(kept.head()).head().labels()).containsExactly("red", "green", "blue");
            assertThat(last(kept)).isEqualTo(last(alone));
        }
        assertThatThrownBy(() -> composed(CONCATENATE, null, first, second))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.param()).isEqualTo("head");
                    assertThat(problem.code()).isEqualTo("ambiguous_head");
                    assertThat(problem.message()).contains("parts[0], parts[1]");
                });
        assertThatThrownBy(() -> composed(AVERAGE, null, first, second))
                .as("the mean of heads for other labels")
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("head"));
    }

    @Test
    void theOnlyHeadIsKeptUnnamed() throws IOException {
        var bare = stored(1, Task.CLASSIFICATION);
        var headed = stored(2, Task.CLASSIFICATION, "yes", "no");
        try (var kept = composed(CONCATENATE, null, bare, headed);
                var alone = Tuned.load(model, headed.folder());
                var none = composed(CONCATENATE, null, bare, bare)) {
            assertThat(last(kept)).isEqualTo(last(alone));
            assertThat(none.head()).isNull();
        }
    }

    @Test
    void headsOfCheckpointsAreAveragedWithThem() throws IOException {
        var first = stored(1, Task.CLASSIFICATION, "yes", "no");
        var second = stored(2, Task.CLASSIFICATION, "yes", "no");
        var heavy = new Source(second.folder(), 1.5);
        try (var mean = composed(AVERAGE, null, first, heavy);
                var one = Tuned.load(model, first.folder());
                var two = Tuned.load(model, second.folder())) {
            float[] found = last(mean);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i])
                        .isCloseTo(
                                0.25f * last(one)[i] + 0.75f * last(two)[i],
                                org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
    }

    @Test
    void choosesByNameBeforeAnythingIsLoaded() {
        var names = List.of("a@1", "b@1", "c@1");
        assertThat(ComposedHead.choose(names, List.of(0, 2), "c@1", CONCATENATE))
                .isEqualTo(2);
        assertThat(ComposedHead.choose(names, List.of(1), null, CONCATENATE)).isEqualTo(1);
        assertThat(ComposedHead.choose(names, List.of(), null, CONCATENATE)).isNull();
        assertThat(ComposedHead.choose(names, List.of(0, 1, 2), null, AVERAGE)).isNull();
        for (var wrong : List.of("b@1", "d@1")) {
            assertThatThrownBy(() -> ComposedHead.choose(names, List.of(0, 2), wrong, CONCATENATE))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.param()).isEqualTo("head");
                        assertThat(problem.message()).contains("a@1, c@1");
                    });
        }
        assertThatThrownBy(() -> ComposedHead.choose(names, List.of(0, 2), null, AVERAGE))
                .isInstanceOf(Problem.class);
    }

    /** The merged folder is a classifier as transformers names it, and its own head tells what the adapter's told. */
    @ParameterizedTest
    @EnumSource(Task.class)
    void aMergedHeadIsTheModelsOwn(Task task) throws IOException {
        var part = stored(3, task, "yes", "no", "perhaps");
        Path target = Files.createTempDirectory(folder, "merged");
        var proof = bench.merge(part.folder(), target, true);
        assertThat((double) proof.get("logit_parity")).isLessThan(1e-4);
        assertThat((double) proof.get("probe_max_logit_change")).isGreaterThan(1e-3);
        var config = new JsonMapper().readTree(Files.readAllBytes(target.resolve("config.json")));
        assertThat(config.at("/architectures/0").asString())
                .isEqualTo(task == Task.TAGGING ? "RobertaForTokenClassification" : "RobertaForSequenceClassification");
        assertThat(config.at("/id2label/2").asString()).isEqualTo("perhaps");
        assertThat(config.at("/label2id/no").asInt()).isEqualTo(1);
        try (var merged = (EncoderModel) Models.open(target, Device.cpu(), DType.F32)) {
            assertThat(Objects.requireNonNull(merged.ownHead()).labels()).containsExactly("yes", "no", "perhaps");
        }
        Path half = Files.createTempDirectory(folder, "half");
        assertThat((double) bench.merge(part.folder(), half, false).get("logit_parity"))
                .isLessThan(0.01);
    }
}
