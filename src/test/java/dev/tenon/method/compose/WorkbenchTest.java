package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.compose.Workbench.Source;
import dev.tenon.model.CausalModel;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Stored compositions and merges of the shipped model, read back from their files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkbenchTest {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");

    @TempDir
    static Path folder;

    private CausalModel model;
    private Workbench bench;

    @BeforeAll
    void open() {
        TensorEngine.start();
        model = Models.load(SHIPPED, Device.cpu(), DType.F32);
        bench = Workbench.open(SHIPPED, folder);
    }

    @AfterAll
    void close() {
        bench.close();
        model.close();
    }

    private Path stored(String name, long seed, Map<String, Object> settings) throws IOException {
        Path stored = Files.createDirectory(folder.resolve(name));
        try (var adapter = Composed.adapter(model, seed, 0.02, settings)) {
            AdapterFolder.save(adapter, stored, "tenon-base-7m");
        }
        return stored;
    }

    @Test
    void storesEveryOperationAsAnAdapterThatActs() throws IOException {
        Map<String, Object> settings = Map.of("rank", 2, "target_modules", List.of("q_proj", "v_proj"));
        var sources = List.of(new Source(stored("a", 1, settings), 0.7), new Source(stored("b", 2, settings), 0.3));
        for (String operation : Recipe.operations().split(", ")) {
            Path target = Files.createDirectory(folder.resolve(operation));
            var proof = bench.compose(sources, new Recipe(operation, 0.5, 3, 0, null), null, target, "tenon-base-7m");
            assertThat((double) proof.get("probe_max_logit_change"))
                    .as(operation)
                    .isPositive();
            assertThat((double) proof.get("relative_error")).as(operation).isLessThan(1e-3);
            assertThat((List<?>) proof.get("matched_modules"))
                    .as(operation)
                    .hasSize(2 * model.config().layers());
        }
        var cut = bench.compose(
                sources,
                new Recipe("linear", 1, 0, 2, null),
                null,
                Files.createDirectory(folder.resolve("cut")),
                "tenon-base-7m");
        assertThat((double) cut.get("relative_error")).isBetween(0.1, 0.9);
    }

    /** Biases that the base lacks, norms and matrices, halved and summed, are what no LoRA can hold. */
    @Test
    void whatIsMoreThanMatricesIsStoredAsTheChangesThemselves() throws IOException {
        Path lora = stored("d1", 1, Map.of("rank", 2, "target_modules", List.of("q_proj")));
        Path norms = stored("d2", 2, Map.of("method", "lntuning"));
        Path biases = stored("d3", 3, Map.of("method", "bitfit", "target_modules", List.of("q_proj")));
        Path target = Files.createDirectory(folder.resolve("delta"));
        var sources = List.of(new Source(lora, 0.5), new Source(norms, 1), new Source(biases, -1));
        var proof = bench.compose(sources, new Recipe("linear", 1, 0, 0, null), null, target, "tenon-base-7m");
        assertThat((double) proof.get("relative_error")).isZero();
        try (var scope = Scope.open();
                var a = vector(lora);
                var b = vector(norms);
                var c = vector(biases);
                var sum = vector(target)) {
            assertThat(sum.deltas().keySet())
                    .containsAll(a.deltas().keySet())
                    .containsAll(b.deltas().keySet());
            sum.deltas().forEach((name, delta) -> {
                float[] expected = new float[(int) delta.elements()];
                add(expected, a, name, 0.5);
                add(expected, b, name, 1);
                add(expected, c, name, -1);
                assertThat(TensorEngine.distance(delta.toFloats(), expected))
                        .as(name)
                        .isLessThan(1e-5);
            });
        }
        assertThatThrownBy(() ->
                        bench.compose(sources, new Recipe("linear", 1, 0, 0, "lora"), null, target, "tenon-base-7m"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.message()).contains("'form' delta"));
    }

    private TaskVector vector(Path stored) {
        try (var adapter = AdapterFolder.load(model, stored)) {
            return TaskVector.of(model, adapter);
        }
    }

    private static void add(float[] sum, TaskVector vector, String name, double weight) {
        var delta = vector.deltas().get(name);
        if (delta != null) {
            float[] values = delta.toFloats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += (float) (weight * values[i]);
            }
        }
    }

    /** SHiRA's updates have full rank: a LoRA that loses nothing would be larger than the matrices. */
    @Test
    void whatHasFullRankIsStoredInTheSmallerForm() throws IOException {
        var settings = Map.<String, Object>of("method", "shira", "rank", 4, "target_modules", List.of("k_proj"));
        var sources = List.of(new Source(stored("s1", 1, settings), 1), new Source(stored("s2", 2, settings), 1));
        var proof = bench.compose(
                sources,
                new Recipe("linear", 1, 0, 0, "auto"),
                null,
                Files.createDirectory(folder.resolve("full")),
                "tenon-base-7m");
        assertThat((double) proof.get("relative_error")).isZero();
        assertThat((long) proof.get("trainable_parameters"))
                .isLessThanOrEqualTo(model.config().layers()
                        * (long) model.config().hidden()
                        * model.config().keyValueHeads()
                        * model.config().headSize());
    }

    /** A task and a language, each few entries of all tensors: their sum has no more than both together. */
    @Test
    void sparseChangesAddUpToASparseOne() throws IOException {
        Map<String, Object> settings = Map.of("method", "ltsft", "density", 0.002);
        Path task = stored("task", 1, settings);
        Path language = stored("language", 2, settings);
        Path target = Files.createDirectory(folder.resolve("both"));
        var sources = List.of(new Source(task, 1), new Source(language, 1));
        var proof = bench.compose(sources, new Recipe("linear", 1, 0, 0, null), null, target, "tenon-base-7m");
        assertThat(Files.readString(target.resolve("adapter_config.json"))).contains("\"ltsft\"");
        try (var scope = Scope.open();
                var a = vector(task);
                var b = vector(language);
                var sum = vector(target)) {
            long entries = 0;
            for (var name : a.deltas().keySet()) {
                float[] expected = new float[(int) a.deltas().get(name).elements()];
                add(expected, a, name, 1);
                add(expected, b, name, 1);
                for (float value : expected) {
                    entries += value == 0 ? 0 : 1;
                }
                add(expected, sum, name, -1);
                assertThat(TensorEngine.distance(expected, new float[expected.length]))
                        .as(name)
                        .isLessThan(1e-6);
            }
            assertThat((long) proof.get("trainable_parameters")).isEqualTo(entries);
            long each = Math.round(0.002 * a.elements());
            assertThat(entries).isBetween(each, 2 * each);
            assertThat(Files.size(target.resolve("adapter_model.safetensors")))
                    .isBetween(8 * entries, 9 * entries + 30_000);
        }
    }

    @Test
    void aMergedBaseAnswersAsTheBaseWithItsAdapter() throws IOException {
        Path adapter = stored("m", 1, Map.of("rank", 4, "target_modules", List.of("q_proj", "down_proj")));
        var half = bench.merge(adapter, Files.createDirectory(folder.resolve("half")), false);
        assertThat((double) half.get("probe_max_logit_change")).isGreaterThan(0.5);
        assertThat((double) half.get("logit_parity")).isLessThan(0.05);
        Path wide = Files.createDirectory(folder.resolve("wide"));
        assertThat((double) bench.merge(adapter, wide, true).get("logit_parity"))
                .isLessThan(1e-4);
        assertThat(Files.readString(wide.resolve("config.json"))).contains("float32");
        assertThat(wide.resolve("tokenizer.json")).exists();
    }

    @Test
    void aTiedHeadIsWrittenOnItsOwnWhenOnlyOneOfTheTwoChanges() throws IOException {
        Path adapter = stored("h", 1, Map.of("rank", 4, "target_modules", List.of("embed_tokens", "q_proj")));
        Path target = Files.createDirectory(folder.resolve("untied"));
        assertThat((double) bench.merge(adapter, target, true).get("logit_parity"))
                .isLessThan(1e-4);
        assertThat(ModelConfig.read(target).tiedHead()).isFalse();
    }

    @Test
    void namesTheFieldOfAWrongRecipe() {
        assertThatThrownBy(() -> new Recipe("mix", 1, 0, 0, null)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.param()).isEqualTo("operation");
            assertThat(problem.message()).contains("concatenate, average, linear, ties, dare, dare_ties");
        });
        assertThatThrownBy(() -> new Recipe("ties", 1.5, 0, 0, null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("density"));
        assertThatThrownBy(() -> new Recipe("ties", 1, 0, -2, null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("rank"));
        assertThatThrownBy(() -> new Recipe("linear", 1, 0, 4, "delta"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("form"));
        assertThatThrownBy(() -> new Recipe("linear", 1, 0, 0, "dense"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.message()).contains("auto, lora, delta"));
    }
}
