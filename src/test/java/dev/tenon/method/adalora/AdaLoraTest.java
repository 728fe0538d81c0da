package dev.tenon.method.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.StepAware.Step;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaLoraTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of(
                        "method",
                        "adalora",
                        "init_rank",
                        4,
                        "target_rank",
                        2,
                        "target_modules",
                        List.of("q_proj", "v_proj")),
                Map.of("method", "adalora", "init_rank", 6, "target_rank", 4, "tinit", 0, "delta_t", 2),
                Map.of(
                        "method",
                        "adalora",
                        "init_rank",
                        3,
                        "target_rank",
                        3,
                        "alpha",
                        9,
                        "dropout",
                        0.1,
                        "target_modules",
                        ".*\\.(gate|up)_proj",
                        "layers_to_transform",
                        List.of(1)));
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.init_rank",
                Map.of("method", "adalora", "init_rank", 9, "target_rank", 2),
                "adapter.target_rank",
                Map.of("method", "adalora", "init_rank", 4, "target_rank", 5),
                "adapter.target_modules",
                Map.of("method", "adalora", "init_rank", 2, "target_rank", 1, "target_modules", List.of("c_attn")),
                "adapter.beta1",
                Map.of("method", "adalora", "beta1", 1));
    }

    /** A folder leaves out the ranks that were cut. */
    @Override
    protected boolean isWrittenAsAnother() {
        return true;
    }

    /** P and Q have to grow from a fiftieth of their final size. */
    @Override
    protected double learningRate() {
        return 0.05;
    }

    /** 2 layers; q is 16×16, v 8×16; one singular value a rank. */
    @Test
    void countsTriplets() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().getFirst(), 1)) {
            assertThat(adapter.parameterCount()).isEqualTo(2 * 4 * ((16 + 16 + 1) + (16 + 8 + 1)));
        }
    }

    @Test
    void theBudgetFallsByTheCubeFromTheInitialToTheTargetRank() {
        var budget = new RankBudget(24, 12, 2, 4, 2, 20);
        assertThat(budget.at(2)).isEqualTo(24);
        assertThat(budget.at(3)).isEqualTo((int) (12 * Math.pow(13.0 / 14, 3) + 12));
        assertThat(budget.at(9)).isEqualTo((int) (12 * 0.125 + 12));
        assertThat(budget.at(16)).isEqualTo(12);
        assertThat(budget.cutsAt(2)).isFalse();
        assertThat(budget.cutsAt(3)).isFalse();
        assertThat(budget.cutsAt(4)).isTrue();
        assertThat(budget.cutsAt(16)).isTrue();
        assertThat(budget.cutsAt(18)).isFalse();
    }

    @Test
    void aRunTooShortForItsScheduleIsRefused() {
        try (var model = TinyTask.model();
                var adapter = attach(
                        model,
                        Map.of("method", "adalora", "init_rank", 2, "target_rank", 1, "tinit", 50, "tfinal", 60))) {
            assertThatThrownBy(() -> adapter.before(new Step(1, 100, 1)))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.param()).isEqualTo("adapter.tinit"));
        }
    }

    /** The orthogonality of two small matrices by hand. */
    @Test
    void thePenaltyIsTheMeanDistanceFromOrthonormal() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.of(new float[] {1, 0, 0, 2}, 2, 2);
            Tensor b = Tensors.of(new float[] {1, 0, 0, 1, 0, 0}, 3, 2);
            double penalty = Kernels.call("orthogonality", List.of(a), List.of(b), 0.5).item();
            assertThat(penalty).isEqualTo(0.5 * (3 + 0) / 2);
        }
    }

    @Test
    void trainingLeavesExactlyTheBudgetAndTheFolderOnlyThat(@TempDir Path folder) {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst())) {
            for (int step = 1; step <= 10; step++) {
                step(adapter, new Step(step, 10, 1));
            }
            var left = adapter.ranks().values().stream()
                    .flatMap(List::stream)
                    .filter(flag -> flag)
                    .count();
            assertThat(left).isEqualTo(2 * 4);
            AdapterFolder.save(adapter, folder, "tiny");
            try (var again = (AdaLoraAdapter) AdapterFolder.load(model, folder)) {
                long values = again.parameters().entrySet().stream()
                        .filter(entry -> entry.getKey().endsWith(AdaLoraAdapter.E))
                        .mapToLong(entry -> entry.getValue().elements())
                        .sum();
                assertThat(values).isEqualTo(2 * 4);
                assertThat(again.ranks()).isEqualTo(adapter.ranks());
            }
        }
    }

    /** A step with made-up gradients, the larger the later the triplet. */
    private static void step(AdaLoraAdapter adapter, Step here) {
        try (var scope = Scope.open()) {
            adapter.before(here);
            var gradients = new LinkedHashMap<String, Tensor>();
            adapter.parameters().forEach((name, parameter) -> {
                parameter.copyFrom(parameter.detach().add(0.01));
                gradients.put(name, gradient(name, parameter));
            });
            adapter.gradients(here, gradients);
            adapter.after(here);
        }
    }

    private static Tensor gradient(String name, Tensor parameter) {
        var random = new java.util.Random(Objects.hash(name));
        return Tensors.randn(random, parameter.shape());
    }

    private static AdaLoraAdapter attach(CausalModel model, Map<String, Object> settings) {
        return (AdaLoraAdapter) Methods.scan().attach(model, settings, 1);
    }
}
