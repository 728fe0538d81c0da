package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.openai.client.SignedIn;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An adapter trained on an nf4 base: asked for, reckoned, trained, served on such a base, merged and kept from dense ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuantisedJobIT extends ApiTest {

    @TempDir
    static Path disk;

    private String file = "";

    @BeforeAll
    void upload() throws Exception {
        file = ApiClient.json(api().upload("few.jsonl", "fine-tune", String.join("\n", Examples.chat(16))))
                .get("id")
                .asString();
    }

    @Test
    void aFormThatDoesNotExistIsRefusedNamingTheField() throws Exception {
        var refused = new LinkedHashMap<String, String>();
        refused.put("\"int3\"", "adapter.quantization");
        refused.put("4", "adapter.quantization");
        refused.put("{\"format\": \"fp8\"}", "adapter.quantization.format");
        refused.put("{\"format\": \"nf4\", \"scheme\": \"affine\"}", "adapter.quantization.scheme");
        refused.put("{\"granularity\": \"row\"}", "adapter.quantization.granularity");
        refused.put("{\"group_size\": 33}", "adapter.quantization.group_size");
        refused.put("{\"group_size\": 0}", "adapter.quantization.group_size");
        refused.put("{\"double_quantization\": \"yes\"}", "adapter.quantization.double_quantization");
        refused.put("{\"bits\": 4}", "adapter.quantization.bits");
        for (var request : refused.entrySet()) {
            var answer = create(BASE, "\"quantization\": " + request.getKey());
            assertThat(answer.statusCode()).as(request.getKey()).isEqualTo(400);
            assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo(request.getValue());
            assertThat(ApiClient.error(answer).get("message").asString()).contains(request.getValue());
        }
    }

    private java.net.http.HttpResponse<String> create(String model, String settings) throws Exception {
        return api().post("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "suffix": "small", "seed": 1, "adapter": {%s},
                 "method": {"type": "supervised", "supervised": {"hyperparameters":
                   {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 2}}}}
                """.formatted(model, file, settings));
    }

    @Test
    void theEstimateAndTheFormKnowIt() throws Exception {
        long dense = memory("\"none\"");
        long int8 = memory("\"int8\"");
        long nf4 = memory("\"nf4\"");
        assertThat(int8).isLessThan(dense);
        assertThat(nf4).isLessThan(int8);
        var schema = ApiClient.json(api().get("/api/v1/methods/ssf")).at("/schema/properties/quantization");
        assertThat(schema.at("/anyOf/0/enum").valueStream().map(JsonNode::asString))
                .containsExactly("none", "nf4", "int8");
        assertThat(schema.at("/anyOf/1/properties/group_size/default").asInt()).isEqualTo(64);
        assertThat(SignedIn.to(port).get("/jobs/new?method=lora"))
                .contains("name=\"adapter.quantization\"", "<option value=\"nf4\">nf4</option>");
    }

    private long memory(String quantization) throws Exception {
        var answer = api().post("/api/v1/jobs/estimate", """
                {"model": "%s", "training_file": "%s", "batch_size": 1, "adapter": {"quantization": %s}}
                """.formatted(BASE, file, quantization));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiClient.json(answer).get("memory_bytes").asLong();
    }

    @Test
    void itIsTrainedServedAndMerged() throws Exception {
        var created = create(BASE, "\"rank\": 4, \"quantization\": \"nf4\"");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        var job = ended(
                "/v1/fine_tuning/jobs/" + ApiClient.json(created).get("id").asString());
        assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
        var version = ApiClient.json(api().get("/api/v1/adapters/small/versions"))
                .get("data")
                .get(0);
        assertThat(version.at("/lineage/config/quantization/format").asString()).isEqualTo("nf4");
        assertThat(version.at("/config/quantization/double_quantization").asBoolean())
                .isTrue();

        String answer = chat("small");
        assertThat(answer).isNotBlank();
        // the same base in another form answers otherwise, with any adapter or none
        assertThat(fingerprint("small:0")).endsWith("@nf4-g64-double").isNotEqualTo(fingerprint(BASE));
        assertThat(fingerprint("small")).startsWith(fingerprint("small:0") + "_");
        var resident = ApiClient.json(api().get("/api/v1/deployments"))
                .get("data")
                .valueStream()
                .filter(one -> one.get("kind").asString().equals("base"))
                .toList();
        assertThat(resident).anySatisfy(base -> {
            assertThat(base.get("name").asString()).isEqualTo(BASE + "@nf4-g64-double");
            assertThat(base.get("bytes").asLong()).isLessThan(6_950_000L * 2);
        });

        var asked = api().post("/api/v1/adapters/small/merge", """
                {"name": "small-base", "dtype": "float32"}""");
        var merged =
                ended("/api/v1/compositions/" + ApiClient.json(asked).get("id").asString());
        assertThat(merged.at("/result/proof/logit_parity").asDouble())
                .as(merged.toString())
                .isLessThan(1e-3);
        assertThat(chat("small-base")).isEqualTo(answer);

        var dense = create("small", "\"quantization\": \"none\"");
        assertThat(ApiClient.error(dense).get("code").asString()).isEqualTo("adapter_mismatch");
        refusedBesideADenseOne();
        var parts = api().post("/api/v1/adapters/compose", """
                {"name": "twice", "operation": "concatenate", "parts": [{"model": "small"}, {"model": "small"}]}""");
        var composed =
                ended("/api/v1/compositions/" + ApiClient.json(parts).get("id").asString());
        assertThat(composed.get("status").asString()).as(composed.toString()).isEqualTo("succeeded");
        assertThat(ApiClient.json(api().get("/api/v1/adapters/twice/versions"))
                        .at("/data/0/config/quantization/format")
                        .asString())
                .isEqualTo("nf4");
    }

    private void refusedBesideADenseOne() throws Exception {
        var folder = RandomLora.write(disk.resolve("plain"), 1);
        var loaded =
                api().post("/v1/load_lora_adapter", "{\"lora_name\":\"plain\",\"lora_path\":\"%s\"}".formatted(folder));
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
        var answer = api().post("/api/v1/adapters/compose", """
                {"name": "x", "operation": "concatenate", "parts": [{"model": "plain"}, {"model": "small"}]}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(ApiClient.error(answer).get("code").asString()).isEqualTo("different_quantization");
        assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo("parts[1].model");
        assertThat(ApiClient.error(answer).get("message").asString()).contains("nf4-g64-double", "dense");
        var asked = api().post("/v1/chat/completions", """
                {"model": "%s+plain:0.5+small:0.5", "messages": [{"role": "user", "content": "Hi."}]}""".formatted(BASE));
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(400);
        assertThat(ApiClient.error(asked).get("code").asString()).isEqualTo("different_quantization");
    }

    private String fingerprint(String model) throws Exception {
        return answered(model).get("system_fingerprint").asString();
    }

    private String chat(String model) throws Exception {
        return answered(model).at("/choices/0/message/content").asString();
    }

    private JsonNode answered(String model) throws Exception {
        var answer = api().post("/v1/chat/completions", """
                {"model": "%s", "temperature": 0, "max_tokens": 12,
                 "messages": [{"role": "user", "content": "Question number 3, please."}]}""".formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiClient.json(answer);
    }
}
