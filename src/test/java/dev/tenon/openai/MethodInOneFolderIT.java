package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import dev.tenon.openai.client.SignedIn;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/**
 * A method that is one folder of the test tree, {@code method/throwaway}, has all that a shipped one has: nothing else
 * names it, and yet it is listed, described, trained, served, merged and exported over HTTP.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MethodInOneFolderIT extends ApiTest {
    private static final String ID = "throwaway";

    @Test
    @Order(1)
    void itIsListedWithItsSchema() throws Exception {
        var listed = ApiClient.json(api().get("/api/v1/methods")).get("data");
        assertThat(listed.valueStream().map(method -> method.get("id").asString()))
                .contains(ID, "lora");
        assertThat(ApiClient.json(api().get("/api/v1/methods/prompttuning"))
                        .get("cost")
                        .asString())
                .contains("virtual token");
        var method = ApiClient.json(api().get("/api/v1/methods/" + ID));
        assertThat(method.get("equation").asString()).isEqualTo("y' = g ⊙ y");
        assertThat(method.get("cost").asString()).isEmpty();
        assertThat(method.get("capabilities").valueStream().map(JsonNode::asString))
                .containsExactly("Mergeable");
        var start = method.at("/schema/properties/start");
        assertThat(start.get("type").asString()).isEqualTo("number");
        assertThat(start.get("exclusiveMinimum").asDouble()).isZero();
        assertThat(start.get("maximum").asDouble()).isEqualTo(2);
        assertThat(start.get("default").asDouble()).isEqualTo(1);
    }

    @Test
    @Order(2)
    void theDashboardHasItsPageAndItsForm() throws Exception {
        var browser = SignedIn.to(port);
        assertThat(browser.get("/methods/" + ID)).contains("Throw-away gains", "y&#39; = g ⊙ y", "Gain at the start");
        assertThat(browser.get("/jobs/new?method=" + ID))
                .contains("Layers that get gains", "name=\"adapter.target_modules\"", "value=\"o_proj, down_proj\"")
                .contains("Gain at the start", "name=\"adapter.start\"", "(more than 0, at most 2)");
    }

    @Test
    @Order(3)
    void itIsTrainedServedMergedAndExported() throws Exception {
        var job = trained();
        assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");

        var version = ApiClient.json(api().get("/api/v1/adapters/gains/versions"))
                .get("data")
                .get(0);
        assertThat(version.get("method").asString()).isEqualTo(ID);
        assertThat(version.at("/proof/probe_max_logit_change").asDouble()).isPositive();
        var answer = chat("gains");
        assertThat(answer).isNotBlank().isNotEqualTo(chat(BASE));

        var merged = merged();
        assertThat(merged.get("status").asString()).as(merged.toString()).isEqualTo("succeeded");
        assertThat(merged.at("/result/proof/logit_parity").asDouble()).isLessThan(1e-4);
        assertThat(chat("louder-base")).isEqualTo(answer);

        var export = api().get("/api/v1/adapters/gains/export");
        assertThat(export.statusCode()).isEqualTo(200);
        assertThat(export.body()).contains("adapter_config.json", "adapter_model.safetensors");
    }

    private JsonNode trained() throws Exception {
        var file = api().upload("gains.jsonl", "fine-tune", String.join("\n", Examples.chat(16)));
        var created = api().post("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "suffix": "gains", "seed": 1,
                 "adapter": {"method": "throwaway", "target_modules": ["o_proj", "down_proj"]},
                 "method": {"type": "supervised", "supervised": {"hyperparameters":
                   {"n_epochs": 6, "batch_size": 4, "learning_rate_multiplier": 4}}}}
                """.formatted(
                        BASE, ApiClient.json(file).get("id").asString()));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        return ended("/v1/fine_tuning/jobs/" + ApiClient.json(created).get("id").asString());
    }

    private JsonNode merged() throws Exception {
        var asked = api().post("/api/v1/adapters/gains/merge", """
                {"name": "louder-base", "dtype": "float32"}""");
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
        return ended("/api/v1/compositions/" + ApiClient.json(asked).get("id").asString());
    }

    private String chat(String model) throws Exception {
        var answer = api().post("/v1/chat/completions", """
                {"model": "%s", "temperature": 0, "max_tokens": 12,
                 "messages": [{"role": "user", "content": "Question number 3, please."}]}""".formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiClient.json(answer).at("/choices/0/message/content").asString();
    }
}
