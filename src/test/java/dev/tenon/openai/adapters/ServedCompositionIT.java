package dev.tenon.openai.adapters;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static dev.tenon.openai.client.ApiClient.logprobs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tenon.method.Truncatable;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.openai.client.SavedAdapter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Sums of adapters that are named in a request: answered as the stored sum of the same weights, or refused with why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedCompositionIT extends ApiTest {
    private static final String SUM = BASE + "+summand-a:0.7+summand-b:0.3";

    @TempDir
    static Path disk;

    @BeforeAll
    void loadParts() throws Exception {
        load("summand-a", RandomLora.write(disk.resolve("a"), 21));
        load("summand-b", RandomLora.write(disk.resolve("b"), 22));
        load(
                "experts",
                SavedAdapter.write(
                        disk.resolve("c"),
                        Map.of("method", "mola", "rank", 2, "experts", List.of(1, 1, 2, 2, 2, 2, 3, 3)),
                        23));
        var ranks = Map.<String, Object>of("method", "dylora", "rank", 6, "least_rank", 2);
        load("nested", SavedAdapter.write(disk.resolve("e"), ranks, 25));
        load("cut", SavedAdapter.write(disk.resolve("f"), ranks, 25, whole -> ((Truncatable) whole).truncated(3)));
        load("summand-scales", SavedAdapter.write(disk.resolve("d"), Map.of("method", "ia3"), 24));
    }

    private void load(String name, Path folder) throws Exception {
        var loaded = api().post(
                        "/v1/load_lora_adapter", "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"}".formatted(name, folder));
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
    }

    @Test
    void answersAsTheStoredCompositionOfTheSameWeights() throws Exception {
        store("""
                {"name":"stored-sum","operation":"concatenate",
                 "parts":[{"model":"summand-a","weight":0.7},{"model":"summand-b","weight":0.3}]}""");
        var served = json(chat(SUM));
        var stored = json(chat("stored-sum"));
        assertThat(text(served)).isNotBlank().isEqualTo(text(stored));
        var chosen = logprobs(served);
        var expected = logprobs(stored);
        assertThat(chosen).hasSameSizeAs(expected).hasSizeGreaterThan(4);
        for (int i = 0; i < chosen.size(); i++) {
            assertThat(chosen.get(i)).isCloseTo(expected.get(i), within(1e-4));
        }
        for (var alone : List.of(BASE, "summand-a", "summand-b")) {
            assertThat(text(json(chat(alone)))).isNotEqualTo(text(served));
        }
        // the same sum in other words is the same thing, down to what is cached
        var again = json(chat("summand-b@1:0.3+summand-a@latest:0.5+summand-a:0.2"));
        assertThat(text(again)).isEqualTo(text(served));
        assertThat(again.path("system_fingerprint").asString())
                .isEqualTo(served.path("system_fingerprint").asString())
                .isNotEqualTo(stored.path("system_fingerprint").asString());
        assertThat(json(chat("summand-a:1+summand-b:0")).path("system_fingerprint"))
                .isEqualTo(json(chat("summand-a")).path("system_fingerprint"));
    }

    @Test
    void aSumOfUnlikeMethodsAnswersAndIsListedAsResident() throws Exception {
        var model = BASE + "+summand-a:0.5+experts:0.5";
        var answer = json(chat(model));
        assertThat(text(answer)).isNotEqualTo(text(json(chat(BASE))));
        assertThat(answer.path("model").asString()).isEqualTo(model);
        var plain = json(api().post(
                        "/v1/completions",
                        "{\"model\":\"%s\",\"prompt\":\"A table\",\"max_tokens\":4}".formatted(model)));
        assertThat(plain.path("system_fingerprint")).isEqualTo(answer.path("system_fingerprint"));
        var described = json(api().get("/v1/models/" + model));
        assertThat(described.path("id").asString()).isEqualTo(model);
        assertThat(described.path("parent").asString()).isEqualTo(BASE);
        assertThat(described.path("root").asString()).startsWith(BASE + "+ft:" + BASE);
        var resident = new ArrayList<JsonNode>();
        json(api().get("/api/v1/deployments")).path("data").forEach(resident::add);
        assertThat(resident)
                .filteredOn(one -> one.path("kind").asString().equals("composition"))
                .anySatisfy(one -> {
                    assertThat(one.path("name").asString()).contains("summand-a@1:0.5", "experts@1:0.5", "+");
                    assertThat(one.path("bytes").asLong()).isPositive();
                });
    }

    @Test
    void tellsHowABatchComputesAnAdapter() throws Exception {
        chat("summand-a");
        chat("summand-scales");
        chat("experts");
        for (var expected : Map.of("summand-a", "shared", "summand-scales", "shared", "experts", "own")
                .entrySet()) {
            assertThat(json(api().get("/v1/models/" + expected.getKey())).path("resident"))
                    .isNotEmpty()
                    .allSatisfy(
                            one -> assertThat(one.path("batching").asString()).isEqualTo(expected.getValue()));
            assertThat(json(api().get("/api/v1/deployments")).path("data"))
                    .filteredOn(one -> one.path("name").asString().startsWith(expected.getKey()))
                    .isNotEmpty()
                    .allSatisfy(
                            one -> assertThat(one.path("batching").asString()).isEqualTo(expected.getValue()));
        }
    }

    @Test
    void refusesWhatCannotBeSummedOrIsNotThere() throws Exception {
        var more = chat(BASE + "+summand-a:0.5+summand-scales:0.5");
        assertThat(more.statusCode()).isEqualTo(400);
        assertThat(error(more).path("param").asString()).isEqualTo("model");
        assertThat(error(more).path("code").asString()).isEqualTo("not_composable");
        assertThat(error(more).path("message").asString()).contains("'summand-scales@1'", "'ia3'", "lora", "mola");
        var missing = chat(BASE + "+summand-a:0.5+nobody:0.5");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(error(missing).path("message").asString()).contains("'nobody'");
        assertThat(error(chat("summand-a:1e9")).path("code").asString()).isEqualTo("invalid_composition");
        var deleted = api().delete("/v1/models/" + SUM);
        assertThat(deleted.statusCode()).isEqualTo(400);
        assertThat(error(deleted).path("code").asString()).isEqualTo("composition_not_offered");
        var job =
                api().post("/v1/fine_tuning/jobs", "{\"model\":\"%s\",\"training_file\":\"file-none\"}".formatted(SUM));
        assertThat(job.statusCode()).isEqualTo(400);
        assertThat(error(job).path("param").asString()).isEqualTo("model");
        assertThat(error(job).path("code").asString()).isEqualTo("composition_not_trainable");
        assertThat(error(job).path("message").asString()).contains("/api/v1/adapters/compose");
    }

    @Test
    void aRankInTheNameAnswersAsTheAdapterThatWasCutToIt() throws Exception {
        var served = json(chat("nested:r3"));
        var cut = json(chat("cut"));
        assertThat(text(served)).isNotBlank().isEqualTo(text(cut));
        for (int i = 0; i < logprobs(cut).size(); i++) {
            assertThat(logprobs(served).get(i)).isCloseTo(logprobs(cut).get(i), within(1e-4));
        }
        assertThat(text(served)).isNotEqualTo(text(json(chat("nested"))));
        assertThat(text(json(chat("nested:r6")))).isEqualTo(text(json(chat("nested"))));
        assertThat(text(json(chat("summand-a:0.7+nested:r3:0.3"))))
                .isEqualTo(text(json(chat("cut:0.3+summand-a:0.7"))));
    }

    @Test
    void refusesARankNamingThosePossible() throws Exception {
        for (int rank : new int[] {1, 7}) {
            var outside = chat("nested:r" + rank);
            assertThat(outside.statusCode()).isEqualTo(400);
            assertThat(error(outside).path("param").asString()).isEqualTo("model");
            assertThat(error(outside).path("code").asString()).isEqualTo("invalid_rank");
            assertThat(error(outside).path("message").asString()).contains("'nested@1:r" + rank + "'", "2 to 6");
        }
        var whole = chat("summand-a:r1");
        assertThat(whole.statusCode()).isEqualTo(400);
        assertThat(error(whole).path("code").asString()).isEqualTo("not_truncatable");
        assertThat(error(whole).path("message").asString()).contains("'lora'", "':r1'", "dylora");
    }

    @Test
    void isDescribedAsItIsAnswered() throws Exception {
        for (var model : List.of(
                "nested:r1",
                "nested:r7",
                "nested:r99",
                "summand-a:r1",
                "summand-a:1e9",
                BASE + "+summand-a:0.5+summand-scales:0.5",
                BASE + "+summand-scales:0.5",
                BASE + "+summand-a:0.5+nobody:0.5",
                "nobody@3",
                "summand-a@99")) {
            var asked = chat(model);
            var described = api().get("/v1/models/" + model);
            assertThat(described.statusCode())
                    .as(model)
                    .isEqualTo(asked.statusCode())
                    .isBetween(400, 404);
            assertThat(error(described)).as(model).isEqualTo(error(asked));
        }
        for (var model : List.of("nested:r2", "nested:r6:0.5", "summand-scales:1", "summand-scales:0+summand-a")) {
            assertThat(chat(model).statusCode()).as(model).isEqualTo(200);
            assertThat(api().get("/v1/models/" + model).statusCode()).as(model).isEqualTo(200);
        }
    }

    private void store(String order) throws Exception {
        var answer = api().post("/api/v1/adapters/compose", order);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        var id = json(answer).path("id").asString();
        await().atMost(Duration.ofSeconds(120))
                .until(() -> json(api().get("/api/v1/compositions/" + id))
                        .path("status")
                        .asString()
                        .equals("succeeded"));
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/message/content").asString();
    }

    private HttpResponse<String> chat(String model) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Hi, a table for two, please."}],
                         "temperature":0,"max_tokens":24,"logprobs":true}""".formatted(model));
    }
}
