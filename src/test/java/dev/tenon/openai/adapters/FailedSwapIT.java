package dev.tenon.openai.adapters;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.identity.Tenant;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.ImportedAdapter;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.registry.RegistryApi;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A name that came to mean a version which cannot be served: the one before answers, whole and without new loads. */
class FailedSwapIT extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";

    @TempDir
    Path disk;

    @Autowired
    private RegistryApi registry;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void theVersionBeforeAnswersEveryChoiceAndTheBrokenOneIsLoadedOnce() throws Exception {
        var owner = owner();
        add(owner, "fallen", 151, 0.1);
        add(owner, "fallen", 152, 0.1);
        add(owner, "fallen", 153, 0); // has no effect, which is refused when it is loaded
        for (int version : List.of(1, 2, 3)) {
            registry.setAlias(owner, "fallen", "live", version);
        }
        var good = fingerprint(chat("fallen@2", ""));
        // nobody here ever asked for the alias, as after a restart or on a new replica
        assertThat(fingerprint(chat("fallen@live", ""))).isEqualTo(good);
        for (int again = 0; again < 2; again++) {
            var two = chat("fallen@live", ",\"n\":2");
            assertThat(fingerprint(two)).isEqualTo(good);
            assertThat(json(two).path("choices")).hasSize(2);
            assertThat(chat("fallen@live", ",\"n\":2,\"stream\":true").body()).contains(good, "\"index\":1", "[DONE]");
            var prompts = api().post("/v1/completions", """
                            {"model":"fallen@live","prompt":["Hello","Good day"],"temperature":0,"max_tokens":2}""");
            assertThat(fingerprint(prompts)).isEqualTo(good);
            assertThat(error(chat("fallen@3", "")).path("code").asString()).isEqualTo("adapter_without_effect");
        }
        // the newest is the broken one
        assertThat(fingerprint(chat("fallen", ""))).isEqualTo(good);
        assertThat(events("failed", "fallen@3")).isEqualTo(1);
        assertThat(events("swap_failed", "fallen@live")).isEqualTo(1);

        registry.setAlias(owner, "fallen", "live", 3);
        await().atMost(Duration.ofSeconds(30)).until(() -> events("failed", "fallen@3") == 2);
        assertThat(fingerprint(chat("fallen@live", ",\"n\":2"))).isEqualTo(good);

        add(owner, "fallen", 154, 0.1);
        registry.setAlias(owner, "fallen", "live", 4);
        assertThat(fingerprint(chat("fallen@live", ""))).isEqualTo(fingerprint(chat("fallen@4", "")));
    }

    @Test
    void aNameThatNeverMeantAnythingElseIsRefusedWithItsReason() throws Exception {
        var owner = owner();
        add(owner, "stillborn", 161, 0);
        registry.setAlias(owner, "stillborn", "live", 1);
        for (var more : List.of("", ",\"n\":2")) {
            assertThat(error(chat("stillborn@live", more)).path("code").asString())
                    .isEqualTo("adapter_without_effect");
        }
    }

    @Test
    void labelsAreToldByTheVersionBeforeToo() throws Exception {
        var owner = owner();
        var good = ImportedAdapter.write(
                disk.resolve("told"), ENCODER, Map.of("method", "lora", "rank", 2), 171, "yes", "no");
        registry.importDirectory(owner, "told", ENCODER, good);
        // the layers of another model
        registry.importDirectory(owner, "told", ENCODER, RandomLora.write(disk.resolve("strange"), 172));
        for (int version : List.of(1, 2)) {
            registry.setAlias(owner, "told", "live", version);
        }
        var before = classify("told@1");
        assertThat(before.statusCode()).as(before.body()).isEqualTo(200);
        assertThat(classify("told@2").statusCode()).isEqualTo(400);
        var now = classify("told@live");
        assertThat(now.statusCode()).as(now.body()).isEqualTo(200);
        assertThat(json(now).path("data")).isEqualTo(json(before).path("data"));
    }

    private HttpResponse<String> classify(String model) throws Exception {
        return api().post("/api/v1/classify", "{\"model\":\"%s\",\"input\":\"A table for two\"}".formatted(model));
    }

    private Tenant owner() {
        return jdbc.sql("select org_id, id from app_user order by created_at limit 1")
                .query((row, number) -> new Tenant(row.getString("org_id"), row.getString("id"), Tenant.Access.ADMIN))
                .single();
    }

    private void add(Tenant owner, String name, long seed, double deviation) throws Exception {
        registry.importDirectory(owner, name, BASE, RandomLora.write(disk.resolve(name + seed), seed, deviation));
    }

    private long events(String type, String model) throws Exception {
        return json(api().get("/api/v1/deployments/events?limit=500"))
                .path("data")
                .valueStream()
                .filter(event -> event.path("type").asString().equals(type)
                        && event.path("model").asString().equals(model))
                .count();
    }

    private static String fingerprint(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("system_fingerprint").asString();
    }

    private HttpResponse<String> chat(String model, String more) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Hello"}],"temperature":0,"max_tokens":2%s}""".formatted(model, more));
    }
}
