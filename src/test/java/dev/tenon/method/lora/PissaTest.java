package dev.tenon.method.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.method.AdapterFolder;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PissaTest extends MethodContract {
    private static final String QUERY = "model.layers.0.self_attn.q_proj";

    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                pissa(Map.of("rank", 3, "alpha", 3)),
                pissa(Map.of("rank", 2, "alpha", 4, "use_rslora", true, "dropout", 0.1)),
                pissa(Map.of(
                        "rank", 2, "rank_pattern", Map.of("up_proj", 4), "pissa_iterations", 4, "bias", "lora_only")),
                pissa(Map.of("rank", 2, "use_dora", true, "dropout", 0.2, "modules_to_save", List.of("input_layernorm"))));
    }

    private static Map<String, Object> pissa(Map<String, Object> more) {
        var all = new java.util.LinkedHashMap<>(more);
        all.put("method", "lora");
        all.put("init_lora_weights", "pissa");
        return all;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.init_lora_weights",
                pissa(Map.of("rank", 2, "target_modules", ".*(embed|embeddings|embed_tokens|q_proj|query)")),
                "adapter.pissa_iterations",
                pissa(Map.of("pissa_iterations", -1)));
    }

    @Override
    protected double startsAsBaseUpTo() {
        return 1e-5;
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    /** A folder holds the plain LoRA of twice the rank. */
    @Override
    protected boolean isWrittenAsAnother() {
        return true;
    }

    @Test
    void atFullRankTheStartIsTheWholeMatrix() {
        try (var scope = Scope.open();
                var model = TinyTask.model();
                var adapter = attach(model, pissa(Map.of("rank", 16, "target_modules", List.of("q_proj"))))) {
            assertThat(apart(adapter, model)).isLessThan(1e-5);
        }
    }

    @Test
    void theIteratedStartComesNearTheExactOne() {
        try (var scope = Scope.open();
                var model = TinyTask.model();
                var exact = attach(model, pissa(Map.of("rank", 4, "alpha", 8)));
                var iterated = attach(model, pissa(Map.of("rank", 4, "alpha", 8, "pissa_iterations", 40)))) {
            // the rest that the best approximation of rank 4 leaves cannot be beaten, and is nearly reached
            assertThat(apart(iterated, model)).isBetween(apart(exact, model) * 0.999, apart(exact, model) * 1.05);
        }
    }

    private static LoraAdapter attach(CausalModel model, Map<String, Object> settings) {
        return (LoraAdapter) Methods.scan().attach(model, settings, 1);
    }

    /** The Frobenius norm of {@code W − s B A} at one layer. */
    private static double apart(LoraAdapter adapter, CausalModel model) {
        var site = (LinearSite) Objects.requireNonNull(model.sites().get(QUERY));
        var pair = Objects.requireNonNull(adapter.pairs().get(QUERY));
        Tensor rest = site.weight()
                .sub(pair.b().detach().matmul(pair.a().detach()).mul(pair.scale()));
        return Math.sqrt(rest.mul(rest).sum().item());
    }

    @Test
    void itsFolderIsAPlainLoraOfTwiceTheRank(@TempDir Path folder) {
        try (var model = TinyTask.model();
                var adapter = attach(model, settings().get(1))) {
            AdapterFolder.save(adapter, folder, "tiny");
            try (var plain = (LoraAdapter) AdapterFolder.load(model, folder)) {
                assertThat(plain.config().rank()).isEqualTo(4);
                assertThat(plain.config().startsFromWeights()).isFalse();
                assertThat(plain.parameterCount()).isEqualTo(2 * adapter.parameterCount());
                assertThat(plain.pairs().get(QUERY).scale())
                        .isCloseTo(adapter.pairs().get(QUERY).scale(), within(1e-12));
            }
        }
    }
}
