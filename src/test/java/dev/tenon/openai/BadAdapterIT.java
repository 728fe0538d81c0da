package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.method.Composable;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import dev.tenon.openai.client.ImportedAdapter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Settings of methods, and compositions, that cannot be: each answer names the field and what is possible, whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadAdapterIT extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";
    private static final String LAYERS = "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj";

    @TempDir
    static Path disk;

    private String file = "";

    @BeforeAll
    void uploadAndLoad() throws Exception {
        var uploaded = api().upload("good.jsonl", "fine-tune", String.join("\n", Examples.chat(8)));
        file = json(uploaded).get("id").asString();
        load("plain", BASE, Map.of("rank", 2, "target_modules", List.of("q_proj")));
        load("scales", BASE, Map.of("method", "ia3"));
        load("words", BASE, Map.of("method", "prompttuning"));
        load("other-base", ENCODER, Map.of("rank", 2, "target_modules", List.of("query")));
    }

    private void load(String name, String base, Map<String, Object> settings) throws Exception {
        var loaded = ImportedAdapter.send(api(), name, ImportedAdapter.write(disk.resolve(name), base, settings, 1));
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
    }

    @Test
    void aRankAboveTheMatrix() throws Exception {
        refused(
                job("{\"rank\": 129, \"target_modules\": [\"k_proj\"]}"),
                "adapter.rank",
                "rank_above_matrix",
                "'adapter.rank' is 129 at 'model.layers.0.self_attn.k_proj', whose matrix is 128 × 256: at most 128.");
        refused(
                job("{\"method\": \"shira\", \"rank\": 200, \"target_modules\": [\"q_proj\"]}"),
                "adapter.rank",
                "rank_above_matrix",
                "'adapter.rank' is 200 at 'model.layers.0.self_attn.q_proj', whose matrix is 256 × 256: at most 128.");
    }

    @Test
    void targetsThatMatchNothing() throws Exception {
        refused(
                job("{\"target_modules\": [\"q_proj\", \"c_attn\"]}"),
                "adapter.target_modules",
                "no_module_matched",
                "'adapter.target_modules' has 'c_attn', which matches no module; this model has %s, lm_head, embed_tokens."
                        .formatted(LAYERS));
        refused(
                job("{\"method\": \"hra\", \"target_modules\": \".*\\\\.c_attn\"}"),
                "adapter.target_modules",
                "no_module_matched",
                "'adapter.target_modules' has '.*\\.c_attn', which matches no module; this model has %s, lm_head."
                                .formatted(LAYERS)
                        + " A single text is a regular expression for whole paths: give names as a list.");
    }

    @Test
    void anAlphaPatternForAMissingModule() throws Exception {
        refused(
                job("{\"target_modules\": [\"q_proj\"], \"alpha_pattern\": {\"fc_in\": 4}}"),
                "adapter.alpha_pattern",
                "no_module_matched",
                "'adapter.alpha_pattern' has 'fc_in', which matches no module; this model has %s, lm_head, embed_tokens."
                        .formatted(LAYERS));
    }

    @Test
    void aBudgetThatCannotBeMet() throws Exception {
        refused(
                job("{\"method\": \"adalora\", \"init_rank\": 4, \"target_rank\": 8}"),
                "adapter.target_rank",
                "budget_not_met",
                "'adapter.target_rank' is 8 and may be at most 'adapter.init_rank', 4: ranks are only cut.");
        refused(
                job("{\"method\": \"adalora\", \"tinit\": 30, \"tfinal\": 20}"),
                "adapter.tinit",
                "budget_not_met",
                "'adapter.tinit' 30 and 'adapter.tfinal' 20 leave none of the run's 4 steps for cutting ranks:"
                        + " their sum must be less.");
    }

    @Test
    void calibrationWithoutData() throws Exception {
        refused(
                job("{\"method\": \"corda\", \"examples\": 0}"),
                "adapter.examples",
                "invalid_value",
                "'adapter.examples' is 0 and must be at least 1 and at most 10000.");
        refused(
                job("{\"method\": \"shira\", \"mask_type\": \"snip\", \"calibration_examples\": 0}"),
                "adapter.calibration_examples",
                "invalid_value",
                "'adapter.calibration_examples' is 0 and must be at least 1 and at most 1024.");
        refused(
                job("{\"method\": \"shira\", \"mask_type\": \"fisher\"}"),
                "adapter.mask_type",
                "invalid_value",
                "'adapter.mask_type' is 'fisher' and must be one of random, magnitude, gradient, snip, structured.");
    }

    @Test
    void compositionsThatDoNotGoTogether() throws Exception {
        refused(
                api().post("/api/v1/adapters/compose", """
                        {"name": "both", "parts": [{"model": "plain"}, {"model": "other-base"}]}"""),
                "parts[1].model",
                "different_base",
                "'parts[1].model' is an adapter of 'tenon-encoder-4m', the first part one of 'tenon-base-7m': all parts"
                        + " need the same base.");
        refused(
                api().post("/api/v1/adapters/words/merge", "{\"name\": \"merged-words\"}"),
                "model",
                "not_mergeable",
                "The method 'prompttuning' does something that no change of the base's weights can express; those that"
                        + " merge are %s.".formatted(able(Mergeable.class)));
        failed(
                "concatenate",
                "scales",
                "model",
                "not_composable",
                "'model' sums an adapter of the method 'ia3', which does more at 'model.layers.0.mlp.down_proj' than"
                        + " add to the output of a linear layer. Adapters that only do that can be summed, as those of"
                        + " the methods %s: use this one alone, or merge it into the base."
                                .formatted(able(Composable.class)));
        failed(
                "linear",
                "words",
                "parts",
                "not_mergeable",
                "'parts' has an adapter of the method 'prompttuning', which cannot be written as a change of weights;"
                        + " those that can are %s.".formatted(able(Mergeable.class)));
    }

    /** What only the adapters themselves can tell is told by the composition that was begun. */
    private void failed(String operation, String other, String param, String code, String message) throws Exception {
        var asked = api().post("/api/v1/adapters/compose", """
                {"name": "both", "operation": "%s", "parts": [{"model": "plain"}, {"model": "%s"}]}""".formatted(operation, other));
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
        String path = "/api/v1/compositions/" + json(asked).get("id").asString();
        var failure = await().atMost(Duration.ofMinutes(2))
                .until(
                        () -> json(api().get(path)),
                        view -> view.get("status").asString().equals("failed"))
                .get("error");
        assertThat(List.of(
                        failure.get("param").asString(),
                        failure.get("code").asString(),
                        failure.get("message").asString()))
                .containsExactly(param, code, message);
    }

    private static String able(Class<?> capability) {
        return String.join(", ", Methods.scan().able(capability));
    }

    /** Eight examples, two a step. */
    private HttpResponse<String> job(String adapter) throws Exception {
        return api().post("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "adapter": %s,
                 "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": 2}}}}
                """.formatted(BASE, file, adapter));
    }

    private static void refused(HttpResponse<String> answer, String param, String code, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Arrays.asList(
                        error(answer).path("param").asString(),
                        error(answer).path("code").asString(),
                        error(answer).path("message").asString()))
                .containsExactly(param, code, message);
    }
}
