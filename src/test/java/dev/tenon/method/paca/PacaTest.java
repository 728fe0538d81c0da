package dev.tenon.method.paca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.Scatter;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacaTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "paca", "rank", 4),
                // a scale that no float divides by exactly
                Map.of("method", "paca", "rank", 3, "alpha", 7, "target_modules", List.of("q_proj", "down_proj")),
                Map.of("method", "paca", "rank", 2, "random_seed", 5, "target_modules", List.of("v_proj")));
    }

    @Override
    protected boolean dependsOnTheSeed(Map<String, Object> setting) {
        return !setting.containsKey("random_seed");
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.rank",
                Map.of("method", "paca", "rank", 17),
                "adapter.alpha",
                Map.of("method", "paca", "alpha", 0),
                "adapter.target_modules",
                Map.of("method", "paca", "rank", 2, "target_modules", List.of("c_attn")));
    }

    private static Adapter attach(Network model, Map<String, Object> setting) {
        return Methods.scan().attach(model, setting, 1);
    }

    /** Moves every parameter by chance. */
    private static void move(Adapter adapter, double deviation) {
        var random = new Random(3);
        try (var scope = Scope.open()) {
            adapter.parameters()
                    .values()
                    .forEach(p -> p.copyFrom(
                            p.detach().add(Tensors.randn(random, p.shape()).mul(deviation))));
        }
    }

    private static LinearSite site(Network model, String path) {
        return (LinearSite) Objects.requireNonNull(model.sites().get(path), path);
    }

    private static float[] hidden(Network model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return model.hidden(TinyTask.sequences(), hooks).toFloats();
        }
    }

    /** From the card: dP = s dYᵀ x[:, I], which is the whole matrix's gradient at the chosen columns, times s. */
    @Test
    void theGradientIsTheMatrixsAtTheColumns() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1));
                var scope = Scope.open();
                var tape = Tape.open()) {
            move(adapter, 0.1);
            String path = adapter.matchedModules().iterator().next();
            var site = site(model, path);
            var random = new Random(2);
            Tensor x = Tensors.randn(random, 7, site.in());
            Tensor target = Tensors.randn(random, 7, site.out());
            Tensor weight = ((Mergeable) adapter).folded(path + ".weight");
            weight.requireGrad(true);
            x.requireGrad(true);
            Tensor whole = new LinearSite(path, site.layer(), site.in(), site.out(), weight, site.bias()).base(x);
            var dense = tape.gradients(whole.mul(target).sum(), List.of(weight, x));
            Tensor p = Objects.requireNonNull(adapter.parameters().get(path + ".paca_w"));
            Tensor y = adapter.hooks().linear(site, x);
            var own = tape.gradients(y.mul(target).sum(), List.of(p, x));
            Tensor columns = Objects.requireNonNull(adapter.buffers().get(path + ".paca_indices"));
            double scale = 7.0 / 3;
            assertThat(TensorEngine.distance(
                            own.getFirst().toFloats(),
                            dense.getFirst().select(1, columns).mul(scale).toFloats()))
                    .isLessThan(1e-4);
            assertThat(TensorEngine.distance(
                            own.getLast().toFloats(), dense.getLast().toFloats()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void theFoldedColumnsAreScaledParametersAndTheOthersTheBasesBitForBit() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1))) {
            move(adapter, 0.1);
            try (var scope = Scope.open()) {
                for (String path : adapter.matchedModules()) {
                    var site = site(model, path);
                    float[] before = site.weight().toFloats();
                    float[] after =
                            ((Mergeable) adapter).folded(path + ".weight").toFloats();
                    float[] p = Objects.requireNonNull(adapter.parameters().get(path + ".paca_w"))
                            .toFloats();
                    long[] columns = Objects.requireNonNull(adapter.buffers().get(path + ".paca_indices"))
                            .toLongs();
                    assertThat(columns).isSorted().doesNotHaveDuplicates().hasSize(3);
                    var expected = before.clone();
                    for (int i = 0; i < p.length; i++) {
                        expected[i / 3 * site.in() + (int) columns[i % 3]] = (float) (p[i] * 7.0 / 3);
                    }
                    int same = 0;
                    for (int i = 0; i < before.length; i++) {
                        assertThat(after[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-6f));
                        same += after[i] == before[i] ? 1 : 0;
                    }
                    assertThat(same).isEqualTo(before.length - p.length);
                }
            }
        }
    }

    /** Exported as a LoRA, switched in place and asked through its hooks it is the same, and in place it goes again. */
    @Test
    void asALoraAndInPlaceItGivesTheSame() {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().getFirst())) {
            move(adapter, 0.05);
            float[] adapted = hidden(model, adapter.hooks());
            float[] base = hidden(model, Hooks.NONE);
            assertThat(adapted).isNotEqualTo(base);
            try (var scope = Scope.open()) {
                var pairs = adapter.hooks().lowRankOnly();
                assertThat(pairs.keySet()).isEqualTo(adapter.matchedModules());
                float[] lora = hidden(model, new Hooks() {
                    @Override
                    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
                        var pair = pairs.get(site.path());
                        return pair == null ? y : pair.addTo(y, x, 0);
                    }
                });
                assertThat(TensorEngine.distance(lora, adapted)).isLessThan(1e-5);
                try (var inPlace = Scatter.into(model, (SparseDelta) adapter, 1)) {
                    assertThat(TensorEngine.distance(hidden(model, Hooks.NONE), adapted))
                            .isLessThan(1e-5);
                }
            }
            assertThat(hidden(model, Hooks.NONE)).isEqualTo(base);
        }
    }

    /** What Java holds for a step of training is the columns' share and not a matrix: gradients by the ledger. */
    @Test
    void noGradientIsLargerThanTheColumns() {
        try (var model = TinyTask.model();
                var adapter = attach(model, Map.of("method", "paca", "rank", 1));
                var scope = Scope.open();
                var tape = Tape.open()) {
            Tensor loss = TinyTask.loss(model, adapter.hooks());
            long before = Ledger.liveBytes();
            var gradients =
                    tape.gradients(loss, List.copyOf(adapter.parameters().values()));
            assertThat(Ledger.liveBytes() - before).isEqualTo(adapter.parameterCount() * DType.F32.bytes());
            var sizes = new LinkedHashMap<String, Long>();
            model.linearSites().forEach(site -> sizes.put(site.path(), (long) site.out()));
            int at = 0;
            for (String path : adapter.matchedModules()) {
                assertThat(gradients.get(at++).elements()).isEqualTo(sizes.get(path));
                assertThat(BaseTensors.require(model, path + ".weight").elements())
                        .isGreaterThanOrEqualTo(12 * Objects.requireNonNull(sizes.get(path)));
            }
        }
    }
}
