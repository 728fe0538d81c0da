package dev.tenon.registry.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.ImportedAdapter;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Adapters composed and merged over HTTP, from their import to the export of what came of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompositionIT extends ApiTest {
    @TempDir
    static Path folder;

    @Autowired
    JdbcClient database;

    @BeforeAll
    void importTwo() throws Exception {
        var settings = Map.<String, Object>of("rank", 2, "target_modules", List.of("q_proj", "v_proj"));
        for (int seed = 1; seed <= 2; seed++) {
            String name = "part" + seed;
            var sent = ImportedAdapter.send(
                    api(), name, ImportedAdapter.write(folder.resolve(name), BASE, settings, seed));
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(200);
        }
    }

    private JsonNode made(String path, String body) throws Exception {
        var answer = api().post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = ApiClient.json(answer).get("id").asString();
        return await().atMost(Duration.ofSeconds(180))
                .until(
                        () -> ApiClient.json(api().get("/api/v1/compositions/" + id)),
                        view -> !List.of("queued", "running")
                                .contains(view.get("status").asString()));
    }

    @Test
    void aCompositionBecomesAVersionWithItsParents() throws Exception {
        var view = made("/api/v1/adapters/compose", """
                {"name": "both", "operation": "ties", "density": 0.5,
                 "parts": [{"model": "part1", "weight": 0.7}, {"model": "part2@1", "weight": 0.3}]}
                """);
        assertThat(view.get("status").asString()).as(view.toString()).isEqualTo("succeeded");
        assertThat(view.get("object").asString()).isEqualTo("composition");
        var version = ApiClient.json(api().get("/api/v1/adapters/both/versions"))
                .get("data")
                .get(0);
        assertThat(version.get("model_id").asString())
                .isEqualTo(view.get("result").get("model_id").asString())
                .startsWith("ft:tenon-base-7m:compose:both:");
        assertThat(version.get("method").asString()).isEqualTo("lora");
        assertThat(version.get("lineage").get("operation").asString()).isEqualTo("ties");
        assertThat(version.get("lineage").get("parts").get(1).get("model").asString())
                .isEqualTo("part2@1");
        assertThat(version.get("proof").get("probe_max_logit_change").asDouble())
                .isPositive();
        var again = made("/api/v1/adapters/compose", """
                {"name": "both", "operation": "concatenate", "parts": [{"model": "part1"}, {"model": "part2"}]}
                """);
        assertThat(again.get("result").get("version").asInt()).isEqualTo(2);
    }

    @Test
    void aCompositionCanBeStoredAsTheChangedTensorsThemselves() throws Exception {
        var view = made("/api/v1/adapters/compose", """
                {"name": "whole", "form": "delta", "parts": [{"model": "part1"}, {"model": "part2", "weight": -0.5}]}
                """);
        assertThat(view.get("status").asString()).as(view.toString()).isEqualTo("succeeded");
        assertThat(view.get("request").get("form").asString()).isEqualTo("delta");
        var version = ApiClient.json(api().get("/api/v1/adapters/whole/versions"))
                .get("data")
                .get(0);
        assertThat(version.get("method").asString()).isEqualTo("full");
        var answer = api().post("/v1/completions", "{\"model\": \"whole\", \"prompt\": \"Hi\", \"max_tokens\": 2}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void whatHasYetToReadAVersionKeepsIt() throws Exception {
        var settings = Map.<String, Object>of("rank", 2, "target_modules", List.of("q_proj"));
        for (int version = 1; version <= 2; version++) {
            ImportedAdapter.send(
                    api(),
                    "wanted",
                    ImportedAdapter.write(folder.resolve("wanted" + version), BASE, settings, version));
        }
        var id = made("/api/v1/adapters/compose", """
                {"name": "of-wanted", "parts": [{"model": "wanted@1"}, {"model": "part1"}]}
                """).get("id").asString();
        // as if it had never ended
        state(id, "running");
        for (var name : List.of("wanted@1", "wanted")) {
            var kept = api().delete("/v1/models/" + name);
            assertThat(kept.statusCode()).as(kept.body()).isEqualTo(400);
            assertThat(ApiClient.error(kept).path("code").asString()).isEqualTo("version_in_use");
            assertThat(ApiClient.error(kept).path("message").asString())
                    .contains("the composition '" + id + "' has yet to use it");
        }
        assertThat(api().delete("/v1/models/wanted@2").statusCode()).isEqualTo(200);
        state(id, "succeeded");
        assertThat(api().delete("/v1/models/wanted").statusCode()).isEqualTo(200);
    }

    private void state(String id, String status) {
        database.sql("update composition set status = ?, lease_until = now() + interval '1 hour' where id = ?")
                .params(status, id)
                .update();
    }

    @Test
    void aMergeBecomesABaseThatCanBeExported() throws Exception {
        var view = made("/api/v1/adapters/part1/merge", """
                {"name": "merged-base", "dtype": "float32"}""");
        assertThat(view.get("status").asString()).as(view.toString()).isEqualTo("succeeded");
        assertThat(view.get("result").get("proof").get("logit_parity").asDouble())
                .isLessThan(1e-4);
        var base = ApiClient.json(api().get("/api/v1/base-models/merged-base"));
        assertThat(base.get("lineage").get("proof").get("logit_parity").asDouble())
                .isLessThan(1e-4);
        assertThat(base.get("lineage").get("model").asString()).isEqualTo("part1");
        var export = new TreeSet<String>();
        var bytes = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://localhost:" + port + "/api/v1/base-models/merged-base/export"))
                                .header("Authorization", "Bearer " + TenonContext.ADMIN_KEY)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                export.add(entry.getName());
            }
        }
        assertThat(export).contains("config.json", "model.safetensors", "tokenizer.json");
        var taken = api().post("/api/v1/adapters/part1/merge", "{\"name\": \"merged-base\"}");
        assertThat(taken.statusCode()).isEqualTo(409);
    }

    /** Two classifiers for other labels: the one that is named goes on telling its own, merged or not. */
    @Test
    void aHeadStaysWithThePartThatIsNamed() throws Exception {
        var settings = Map.<String, Object>of("rank", 2, "target_modules", List.of("query"));
        var labels = Map.of("mood", List.of("glad", "sad"), "colour", List.of("red", "green", "blue"));
        for (var name : labels.keySet()) {
            var written = ImportedAdapter.write(
                    folder.resolve(name),
                    "tenon-encoder-4m",
                    settings,
                    3,
                    labels.get(name).toArray(String[]::new));
            assertThat(ImportedAdapter.send(api(), name, written).statusCode()).isEqualTo(200);
        }
        String parts = "\"parts\": [{\"model\": \"mood\"}, {\"model\": \"colour@1\", \"weight\": 0.5}]";
        for (String head : List.of("", ", \"head\": \"nobody\"")) {
            var answer = api().post(
                            "/api/v1/adapters/compose",
                            "{\"name\": \"two\", \"operation\": \"concatenate\", %s%s}".formatted(parts, head));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo("head");
            assertThat(ApiClient.error(answer).get("message").asString()).contains("mood, colour@1");
        }
        var view = made(
                "/api/v1/adapters/compose",
                "{\"name\": \"two\", \"operation\": \"concatenate\", \"head\": \"colour@1\", %s}".formatted(parts));
        assertThat(view.get("status").asString()).as(view.toString()).isEqualTo("succeeded");
        assertThat(view.at("/request/head").asString()).isEqualTo("colour@1");
        assertThat(view.at("/result/proof/labels/2").asString()).isEqualTo("blue");
        var merged = made("/api/v1/adapters/two/merge", "{\"name\": \"colours\", \"dtype\": \"float32\"}");
        assertThat(merged.get("status").asString()).as(merged.toString()).isEqualTo("succeeded");
        var adapted = labels("two");
        assertThat(adapted).hasSize(3);
        labels("colours").forEach((label, score) -> assertThat(score).isCloseTo(adapted.get(label), within(1e-4)));
    }

    private Map<String, Double> labels(String model) throws Exception {
        var answer = api().post("/api/v1/classify", "{\"model\": \"%s\", \"input\": [\"the sea\"]}".formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var scores = new TreeMap<String, Double>();
        ApiClient.json(answer)
                .at("/data/0/labels")
                .forEach(label -> scores.put(
                        label.get("label").asString(), label.get("score").asDouble()));
        return scores;
    }

    @Test
    void refusesWhatIsWrongNamingTheField() throws Exception {
        var refused = Map.of(
                "{\"name\": \"x\"}", "parts",
                "{\"parts\": [{\"model\": \"part1\"}]}", "name",
                "{\"name\": \"x\", \"operation\": \"mix\", \"parts\": [{\"model\": \"part1\"}]}", "operation",
                "{\"name\": \"x\", \"parts\": [{\"model\": \"part1\"}, {\"model\": \"tenon-base-7m\"}]}",
                        "parts[1].model",
                "{\"name\": \"x\", \"parts\": [{\"model\": \"part1\", \"weight\": 1e9}]}", "parts[0].weight",
                "{\"name\": \"x\", \"form\": \"dense\", \"parts\": [{\"model\": \"part1\"}]}", "form",
                "{\"name\": \"x\", \"density\": 2, \"parts\": [{\"model\": \"part1\"}]}", "density");
        for (var request : refused.entrySet()) {
            var answer = api().post("/api/v1/adapters/compose", request.getKey());
            assertThat(answer.statusCode()).as(request.getKey()).isEqualTo(400);
            assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo(request.getValue());
        }
        var unknown = api().post("/api/v1/adapters/compose", "{\"name\": \"x\", \"parts\": [{\"model\": \"nobody\"}]}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        var nothing = made("/api/v1/adapters/compose", """
                {"name": "x", "parts": [{"model": "part1", "weight": 1}, {"model": "part1", "weight": -1}]}
                """);
        assertThat(nothing.get("status").asString()).isEqualTo("failed");
        assertThat(nothing.get("error").get("code").asString()).isEqualTo("adapter_without_effect");
    }
}
