package dev.tenon.serving.deployment;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static dev.tenon.openai.client.ApiClient.logprobs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.openai.client.SavedAdapter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An adapter that is wished fused answers as it does beside the base, for its own bytes, until the wish is taken back. */
class FusedDeploymentIT extends ApiTest {
    /** Of eight layers in float32 the outputs, and the queries with their keys and values, from 256 numbers each. */
    private static final long TOUCHED = 8L * 256 * (256 + 256 + 2 * 128) * 4;

    @TempDir
    Path disk;

    @Test
    void answersTheSameAndIsUndoneWithTheWish() throws Exception {
        load("hot", RandomLora.write(disk.resolve("hot"), 41));
        var wish = wish("{\"model\":\"hot\",\"mode\":\"fused\"}");
        assertThat(wish.statusCode()).as(wish.body()).isEqualTo(201);
        assertThat(json(wish).path("mode").asString()).isEqualTo("fused");
        var id = json(wish).path("id").asString();
        awaitReady(id);

        var fused = json(chat("hot"));
        var resident = fused("hot@1").getFirst();
        assertThat(resident.path("bytes").asLong()).isEqualTo(TOUCHED);
        assertThat(resident.path("pinned").asBoolean()).isTrue();
        assertThat(whileItAnswers(
                        "hot",
                        () -> fused("hot@1").getFirst().path("active_requests").asInt()))
                .isEqualTo(1);
        var other = wish("{\"model\":\"hot\"}");
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(error(other).path("param").asString()).isEqualTo("mode");

        assertThat(api().delete("/api/v1/deployments/" + id).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> fused("hot@1").isEmpty());
        var beside = json(chat("hot"));
        assertThat(fused("hot@1")).isEmpty();
        assertThat(text(fused)).isEqualTo(text(beside)).isNotEqualTo(text(json(chat(BASE))));
        assertThat(fused.path("system_fingerprint")).isEqualTo(beside.path("system_fingerprint"));
        var found = logprobs(fused);
        var expected = logprobs(beside);
        assertThat(expected).isNotEmpty();
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).isCloseTo(expected.get(i), within(1e-4));
        }
    }

    @Test
    void aWishMayChangeItsMode() throws Exception {
        load("warm", RandomLora.write(disk.resolve("warm"), 42));
        var id = json(wish("{\"model\":\"warm\"}")).path("id").asString();
        awaitReady(id);
        assertThat(fused("warm@1")).isEmpty();
        var changed = api().send(
                        "PUT",
                        "/api/v1/deployments/" + id,
                        BodyPublishers.ofString("{\"model\":\"warm\",\"mode\":\"fused\"}"),
                        "Content-Type",
                        "application/json");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> fused("warm@1").stream()
                        .anyMatch(one -> one.path("state").asString().equals("ready")));
        api().delete("/api/v1/deployments/" + id);
    }

    @Test
    void refusesWhatCannotBeFolded() throws Exception {
        load("routed", SavedAdapter.write(disk.resolve("routed"), Map.of("method", "bottleneck"), 43));
        var refused = wish("{\"model\":\"routed\",\"mode\":\"fused\"}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(error(refused).path("param").asString()).isEqualTo("mode");
        assertThat(error(refused).path("code").asString()).isEqualTo("not_mergeable");
        assertThat(error(refused).path("message").asString()).contains("'bottleneck'", "separate");
        var unknown = wish("{\"model\":\"routed\",\"mode\":\"melted\"}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(error(unknown).path("message").asString()).contains("separate, fused");
    }

    private void load(String name, Path folder) throws Exception {
        var loaded = api().post(
                        "/v1/load_lora_adapter", "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"}".formatted(name, folder));
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
    }

    private HttpResponse<String> wish(String body) throws Exception {
        return api().post("/api/v1/deployments", body);
    }

    private void awaitReady(String id) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> json(api().get("/api/v1/deployments/" + id))
                        .path("state")
                        .asString()
                        .equals("ready"));
    }

    private List<JsonNode> fused(String name) throws Exception {
        var found = new ArrayList<JsonNode>();
        json(api().get("/api/v1/deployments")).path("data").forEach(one -> {
            if (one.path("name").asString().equals(name)
                    && one.path("kind").asString().equals("fused")) {
                found.add(one);
            }
        });
        return found;
    }

    /** What is seen between the first and the last token of a long answer. */
    private <T> T whileItAnswers(String model, Callable<T> look) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + TenonContext.ADMIN_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"model":"%s","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":900,
                         "logit_bias":{"0":-100,"1":-100,"2":-100,"3":-100}}""".formatted(model)))
                .build();
        try (var answer = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            assertThat(answer.read()).isPositive();
            return look.call();
        }
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/message/content").asString();
    }

    private HttpResponse<String> chat(String model) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Hi, a table for two, please."}],
                         "temperature":0,"max_tokens":16,"logprobs":true}""".formatted(model));
    }
}
