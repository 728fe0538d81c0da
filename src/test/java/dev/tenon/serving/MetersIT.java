package dev.tenon.serving;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.ImportedAdapter;
import dev.tenon.openai.client.RandomLora;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What an administrator's monitoring reads, and that answers move it. */
class MetersIT extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";

    @Autowired
    IdentityApi identity;

    @Test
    void anAnswerMovesTheMeters(@TempDir Path disk) throws Exception {
        var folder = RandomLora.write(disk, 31);
        api().post("/v1/load_lora_adapter", "{\"lora_name\":\"metered\",\"lora_path\":\"%s\"}".formatted(folder));
        chat("metered");
        var before = scrape();
        chat("metered");
        var after = scrape();
        assertThat(moved(before, after, "tenon_serving_queue_seconds_count")).isEqualTo(1);
        assertThat(moved(before, after, "tenon_serving_first_token_seconds_count"))
                .isEqualTo(1);
        assertThat(moved(before, after, "tenon_serving_next_token_seconds_count"))
                .isEqualTo(5);
        assertThat(moved(before, after, "tenon_serving_step_seconds_count")).isGreaterThanOrEqualTo(6);
        assertThat(moved(before, after, "tenon_serving_batch_adapters_sum")).isGreaterThanOrEqualTo(6);
        assertThat(moved(before, after, "tenon_serving_prefix_pages_total", "result=\"hit\""))
                .isPositive();
        assertThat(value(after, "tenon_serving_adapter_loads_total")).isPositive();
        assertThat(after.get("tenon_serving_memory_loads_total{kind=\"adapter\",result=\"ready\"}"))
                .isPositive();
        assertThat(value(after, "tenon_serving_adapter_ranks")).isPositive();
        assertThat(moved(before, after, "tenon_serving_adapter_lookups_total", "result=\"hit\""))
                .isEqualTo(1);
        assertThat(value(after, "tenon_serving_pages", "state=\"kept\"")).isPositive();
        assertThat(value(after, "tenon_serving_pages", "state=\"empty\"")).isPositive();
        assertThat(value(after, "tenon_serving_pages")).isEqualTo(value(before, "tenon_serving_pages"));
        // names of adapters would make ever more of them
        assertThat(after.keySet()).noneMatch(series -> series.contains("metered"));

        var alone = json(api().get("/actuator/metrics/tenon.serving.first.token?tag=base_model:" + BASE));
        assertThat(alone.at("/measurements/0/value").asDouble())
                .isEqualTo(value(after, "tenon_serving_first_token_seconds_count"));
    }

    @Test
    void pagesAreCountedWhileAnswersGrow() throws Exception {
        double before = value(scrape(), "tenon_serving_pages", "state=\"used\"");
        try (var pool = Executors.newSingleThreadExecutor()) {
            var answer = pool.submit(() -> api().post("/v1/completions", """
                            {"model":"%s","prompt":"Once","max_tokens":200,"n":2,
                             "logit_bias":{"0":-100,"1":-100,"2":-100}}""".formatted(BASE)));
            double most = before;
            while (!answer.isDone()) {
                most = Math.max(most, value(scrape(), "tenon_serving_pages", "state=\"used\""));
            }
            assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
            // two answers of 200 tokens end with 26 pages of 16; half of them came while somebody looked
            assertThat(most - before).isBetween(10.0, 28.0);
        }
    }

    @Test
    void labelsMoveTheMetersOfTheirEncoder(@TempDir Path disk) throws Exception {
        for (int i = 0; i < 3; i++) {
            var folder = ImportedAdapter.write(
                    disk.resolve("told" + i), ENCODER, Map.of("method", "lora", "rank", 2), 40 + i, "yes", "no");
            var sent = ImportedAdapter.send(api(), "metered-labels-" + i, folder);
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(200);
            classify("metered-labels-" + i);
        }
        double tokens = 0;
        double[] before = {labelled("batch.rows", "TOTAL"), labelled("batch.tokens", "TOTAL"), labelled("step", "COUNT")
        };
        try (var pool = Executors.newFixedThreadPool(3)) {
            var answers = IntStream.range(0, 9)
                    .mapToObj(i -> pool.submit(() -> classify("metered-labels-" + i % 3)))
                    .toList();
            for (var answer : answers) {
                tokens += answer.get().at("/usage/total_tokens").asInt();
            }
        }
        assertThat(labelled("batch.rows", "TOTAL") - before[0]).isEqualTo(9);
        assertThat(labelled("batch.tokens", "TOTAL") - before[1]).isEqualTo(tokens);
        assertThat(labelled("step", "COUNT") - before[2]).isBetween(1.0, 9.0);
        assertThat(json(api().get("/api/v1/deployments"))
                        .path("data")
                        .valueStream()
                        .filter(line -> line.toString().contains("\"metered-labels-"))
                        .map(line -> line.path("batching").asString()))
                .hasSize(3)
                .containsOnly("own");
    }

    private JsonNode classify(String model) throws Exception {
        var answer = api().post(
                        "/api/v1/classify", "{\"model\":\"%s\",\"input\":[\"A table\",\"for two\"]}".formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private double labelled(String meter, String statistic) throws Exception {
        var answer = json(api().get("/actuator/metrics/tenon.serving." + meter + "?tag=base_model:" + ENCODER));
        return answer.path("measurements")
                .valueStream()
                .filter(measured -> measured.path("statistic").asString().equals(statistic))
                .mapToDouble(measured -> measured.path("value").asDouble())
                .sum();
    }

    @Test
    void onlyAdministratorsReadThem() throws Exception {
        for (var path : new String[] {"/actuator/prometheus", "/actuator/metrics"}) {
            assertThat(ApiClient.anonymous(port).get(path).statusCode()).isEqualTo(401);
            assertThat(ApiClient.of(port, memberKey()).get(path).statusCode()).isEqualTo(403);
            assertThat(api().get(path).statusCode()).isEqualTo(200);
        }
        assertThat(api().get("/actuator/env").statusCode()).isNotEqualTo(200);
    }

    private String memberKey() {
        var admin = identity.authenticate(dev.tenon.TenonContext.ADMIN_KEY).orElseThrow();
        return identity.issueKey(admin, "reader", Tenant.Access.MEMBER, null).secret();
    }

    private void chat(String model) throws Exception {
        var answer = api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Could you find me a table for two in an \
                        Italian restaurant in San Jose tonight at seven, please?"}],
                         "temperature":0,"max_tokens":6,"logit_bias":{"0":-100,"1":-100,"2":-100}}""".formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(6);
    }

    /** Values by series, as Prometheus reads them. */
    private Map<String, Double> scrape() throws Exception {
        var found = new TreeMap<String, Double>();
        api().get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("tenon_"))
                .forEach(line -> found.put(
                        line.substring(0, line.lastIndexOf(' ')),
                        Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
        return found;
    }

    private static double moved(Map<String, Double> before, Map<String, Double> after, String name, String... tags) {
        return value(after, name, tags) - value(before, name, tags);
    }

    private static double value(Map<String, Double> scraped, String name, String... tags) {
        return scraped.entrySet().stream()
                .filter(series -> series.getKey().startsWith(name + "{"))
                .filter(series -> series.getKey().contains("base_model=\"" + BASE + "\""))
                .filter(series -> java.util.Arrays.stream(tags).allMatch(series.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
