package dev.tenon.method.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The algebra of sums at run time and of stacks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WeightedSumTest {
    private CausalModel model;
    private Adapter a;
    private Adapter b;

    @BeforeAll
    void load() {
        TensorEngine.start();
        model = TinyTask.model();
        a = Composed.lora(model, 1, 2);
        b = Composed.lora(model, 2, 4);
    }

    @AfterAll
    void close() {
        a.close();
        b.close();
        model.close();
    }

    private Hooks sum(double weightA, double weightB) {
        return WeightedSum.of(List.of(new Part(a, weightA), new Part(b, weightB)));
    }

    @Test
    void aSumOfOneIsItself() {
        var alone = WeightedSum.of(List.of(new Part(a, 1)));
        assertThat(Composed.logits(model, alone))
                .isEqualTo(Composed.logits(model, a.hooks()))
                .isNotEqualTo(Composed.logits(model, Hooks.NONE));
    }

    @Test
    void anAdapterMinusItselfIsTheBase() {
        float[] base = Composed.logits(model, Hooks.NONE);
        var nothing = WeightedSum.of(List.of(new Part(a, 0.7), new Part(a, -0.7)));
        assertThat(nothing).isSameAs(Hooks.NONE);
        assertThat(Composed.logits(model, sum(0, 0))).isEqualTo(base);
        var back = WeightedSum.of(List.of(new Part(a, 1), new Part(b, 1), new Part(a, -1)));
        assertThat(Composed.logits(model, back)).isEqualTo(Composed.logits(model, b.hooks()));
    }

    @Test
    void theOrderDoesNotMatter() {
        var other = WeightedSum.of(List.of(new Part(b, 0.3), new Part(a, 0.7)));
        assertThat(TensorEngine.distance(Composed.logits(model, sum(0.7, 0.3)), Composed.logits(model, other)))
                .isLessThan(1e-5);
    }

    /** At one site: {@code (αa + βb)(x) − base(x) = α(a(x) − base(x)) + β(b(x) − base(x))}. */
    @Test
    void isLinearInEveryWeight() {
        var site = (LinearSite) model.sites().get("model.layers.1.mlp.down_proj");
        try (var scope = Scope.open()) {
            Tensor x = Tensors.randn(new Random(4), 5, site.in());
            Tensor base = site.base(x);
            Tensor onlyA = a.hooks().linear(site, x).sub(base);
            Tensor onlyB = b.hooks().linear(site, x).sub(base);
            Tensor expected = base.add(onlyA.mul(-1.5)).add(onlyB.mul(0.25));
            Tensor found = sum(-1.5, 0.25).linear(site, x);
            assertThat(TensorEngine.distance(found.toFloats(), expected.toFloats()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void leavesOtherLayersAlone() {
        var site = (LinearSite) model.sites().get("model.layers.0.self_attn.v_proj");
        try (var scope = Scope.open()) {
            Tensor x = Tensors.randn(new Random(4), 5, site.in());
            assertThat(sum(1, 1).linear(site, x).toFloats())
                    .isEqualTo(site.base(x).toFloats());
        }
    }

    @Test
    void refusesWhatDoesMoreThanAdd() {
        try (var more = Composed.adapter(
                model,
                3,
                Map.of("rank", 2, "target_modules", List.of("q_proj"), "modules_to_save", List.of("norm")))) {
            assertThatThrownBy(() -> WeightedSum.of(List.of(new Part(a, 1), new Part(more, 1))))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.param()).isEqualTo("model");
                        assertThat(problem.code()).isEqualTo("not_composable");
                        assertThat(problem.message()).contains("lora", "norm");
                    });
        }
        assertThatThrownBy(() -> new Part(a, Double.NaN)).isInstanceOf(Problem.class);
    }

    /** Two adapters that only add to linear outputs make the same stacked as summed. */
    @Test
    void stackedSummandsAreASum() {
        assertThat(TensorEngine.distance(
                        Composed.logits(model, Stack.of(model, a, b)), Composed.logits(model, sum(1, 1))))
                .isLessThan(1e-5);
    }

    @Test
    void aStackPutsEachAdapterWhereItActs() {
        try (var norms = Composed.adapter(
                        model,
                        3,
                        Map.of("rank", 2, "target_modules", List.of("o_proj"), "modules_to_save", List.of("norm")));
                var head = Composed.adapter(
                        model,
                        4,
                        Map.of("rank", 2, "target_modules", List.of("k_proj"), "modules_to_save", List.of("norm")))) {
            float[] stacked = Composed.logits(model, Stack.of(model, a, norms));
            assertThat(TensorEngine.distance(stacked, Composed.logits(model, Stack.of(model, norms, a))))
                    .isLessThan(1e-5);
            assertThat(stacked).isNotEqualTo(Composed.logits(model, norms.hooks()));
            assertThatThrownBy(() -> Stack.of(model, norms, head)).isInstanceOfSatisfying(Problem.class, problem -> {
                assertThat(problem.code()).isEqualTo("not_stackable");
                assertThat(problem.message()).contains("norm");
            });
        }
    }
}
