package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Examples that are longer than a base reads are told of, by their lines, before a job waits for a worker. */
class LongExamplesIT extends ApiTest {
    private static final String SHORT = chat("Hello", "Good morning to you.");
    private static final String LONG = chat("Tell me a story", "Once upon a time. ".repeat(2000));
    private static final String NO_ANSWER = chat("word ".repeat(9000), "Too late.");

    @Test
    void theEstimateCountsAndTheJobWarns() throws Exception {
        var file = upload(List.of(SHORT, LONG, SHORT, NO_ANSWER));
        var estimate = estimate(file);
        assertThat(estimate.path("tokens_counted").asBoolean()).isTrue();
        var told =
                estimate.path("warnings").valueStream().map(JsonNode::asString).toList();
        assertThat(told).hasSize(2);
        assertThat(told.getFirst()).contains("longer than", "(line 2)");
        assertThat(told.getLast()).contains("left out", "(line 4)");

        var created =
                api().post("/v1/fine_tuning/jobs", "{\"model\":\"%s\",\"training_file\":\"%s\"}".formatted(BASE, file));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        var path = "/v1/fine_tuning/jobs/" + json(created).path("id").asString();
        var events = json(api().get(path + "/events?limit=100")).path("data");
        api().post(path + "/cancel", "");
        assertThat(events)
                .filteredOn(event -> event.path("level").asString().equals("warn"))
                .extracting(event -> event.path("message").asString())
                .containsExactlyInAnyOrderElementsOf(told);
    }

    @Test
    void theTokensAreThoseThatThePreviewShows() throws Exception {
        var file = upload(List.of(SHORT, chat("And now?", "Café ☕ at 10:45."), SHORT));
        var shown = json(api().get("/api/v1/datasets/" + file + "/preview"))
                .path("data")
                .valueStream();
        var estimate = estimate(file);
        assertThat(estimate.path("tokens").asLong())
                .isEqualTo(shown.mapToLong(one -> one.path("tokens").asLong()).sum());
        assertThat(estimate.path("warnings")).isEmpty();
    }

    @Test
    void aFileOfWhichNothingWouldBeLearntIsRefused() throws Exception {
        var file = upload(List.of(NO_ANSWER, NO_ANSWER));
        for (var path : List.of("/v1/fine_tuning/jobs", "/api/v1/jobs/estimate")) {
            var refused = api().post(path, "{\"model\":\"%s\",\"training_file\":\"%s\"}".formatted(BASE, file));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(error(refused).path("param").asString()).isEqualTo("training_file");
            assertThat(error(refused).path("code").asString()).isEqualTo("nothing_to_train");
            assertThat(error(refused).path("message").asString()).contains("lines 1, 2");
        }
    }

    private String upload(List<String> lines) throws Exception {
        var stored = api().upload("long.jsonl", "fine-tune", String.join("\n", lines));
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        return json(stored).path("id").asString();
    }

    private JsonNode estimate(String file) throws Exception {
        var answer = api().post(
                        "/api/v1/jobs/estimate", "{\"model\":\"%s\",\"training_file\":\"%s\"}".formatted(BASE, file));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static String chat(String question, String answer) {
        return """
                {"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}""".formatted(question, answer);
    }
}
