package dev.tenon.method.ssf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SsfTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "ssf"),
                Map.of("method", "ssf", "shift", "biases"),
                Map.of("method", "ssf", "target_modules", List.of("q_proj", "down_proj"), "norms", false));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.05;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.target_modules",
                Map.of("method", "ssf", "target_modules", List.of("c_attn")),
                "adapter.shift",
                Map.of("method", "ssf", "shift", "sometimes"),
                "adapter.norms",
                Map.of("method", "ssf", "norms", "yes"));
    }

    /** Outputs of a layer: 16 + 8 + 8 + 16 + 24 + 24 + 16 = 112, of which 32 have a bias; five norms of 16. */
    @Test
    void hasAFactorAndASummandForEveryChannel() {
        var methods = Methods.scan();
        try (var model = TinyTask.model();
                var paper = methods.attach(model, settings().get(0), 1);
                var biases = methods.attach(model, settings().get(1), 1);
                var chosen = methods.attach(model, settings().get(2), 1)) {
            assertThat(paper.parameterCount()).isEqualTo(2 * (2 * 112 + 5 * 16));
            assertThat(biases.parameterCount()).isEqualTo(2 * 112 + 5 * 16 + 2 * 32);
            assertThat(chosen.parameterCount()).isEqualTo(2 * 2 * (16 + 16));
        }
    }

    @Test
    void startsAsTheCardDrawsItAndIsTheBaseWithFactorsOfOneAndNoShift() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().get(0), 1);
                var scope = Scope.open()) {
            adapter.parameters().forEach((name, tensor) -> {
                double mean = name.endsWith("scale") ? 1 : 0;
                var offset = tensor.detach().add(-mean);
                assertThat(offset.mean().item()).as(name).isBetween(-0.02, 0.02);
                assertThat(Math.sqrt(offset.mul(offset).mean().item())).as(name).isBetween(0.008, 0.04);
                tensor.copyFrom(offset.mul(0).add(mean));
            });
            assertThat(model.hidden(TinyTask.sequences(), adapter.hooks()).toFloats())
                    .isEqualTo(model.hidden(TinyTask.sequences(), Hooks.NONE).toFloats());
        }
    }
}
