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
        var sources = List.of(
                new Source(stored("a", 1, settings), 0.7), new Source(stored("b", 2, settings), 0.3));
        for (String operation : Recipe.operations().split(", ")) {
            Path target = Files.createDirectory(folder.resolve(operation));
            var proof = bench.compose(sources, new Recipe(operation, 0.5, 3, 0), target, "tenon-base-7m");
            assertThat((double) proof.get("probe_max_logit_change"))
                    .as(operation)
                    .isPositive();
            assertThat((double) proof.get("relative_error")).as(operation).isLessThan(1e-3);
            assertThat((List<?>) proof.get("matched_modules")).as(operation).hasSize(2 * model.config().layers());
        }
        var cut = bench.compose(
                sources,
                new Recipe("linear", 1, 0, 2),
                Files.createDirectory(folder.resolve("cut")),
                "tenon-base-7m");
        assertThat((double) cut.get("relative_error")).isBetween(0.1, 0.9);
    }

    @Test
    void aMergedBaseAnswersAsTheBaseWithItsAdapter() throws IOException {
        Path adapter = stored("m", 1, Map.of("rank", 4, "target_modules", List.of("q_proj", "down_proj")));
        var half = bench.merge(adapter, Files.createDirectory(folder.resolve("half")), false);
        assertThat((double) half.get("probe_max_logit_change")).isGreaterThan(0.5);
        assertThat((double) half.get("logit_parity")).isLessThan(0.05);
        Path wide = Files.createDirectory(folder.resolve("wide"));
        assertThat((double) bench.merge(adapter, wide, true).get("logit_parity")).isLessThan(1e-4);
        assertThat(Files.readString(wide.resolve("config.json"))).contains("float32");
        assertThat(wide.resolve("tokenizer.json")).exists();
    }

    @Test
    void aTiedHeadIsWrittenOnItsOwnWhenOnlyOneOfTheTwoChanges() throws IOException {
        Path adapter = stored("h", 1, Map.of("rank", 4, "target_modules", List.of("embed_tokens", "q_proj")));
        Path target = Files.createDirectory(folder.resolve("untied"));
        assertThat((double) bench.merge(adapter, target, true).get("logit_parity")).isLessThan(1e-4);
        assertThat(ModelConfig.read(target).tiedHead()).isFalse();
    }

    @Test
    void namesTheFieldOfAWrongRecipe() {
        assertThatThrownBy(() -> new Recipe("mix", 1, 0, 0)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.param()).isEqualTo("operation");
            assertThat(problem.message()).contains("concatenate, average, linear, ties, dare, dare_ties");
        });
        assertThatThrownBy(() -> new Recipe("ties", 1.5, 0, 0))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("density"));
        assertThatThrownBy(() -> new Recipe("ties", 1, 0, -2))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("rank"));
    }
}
