package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A job whose learning rate is far too large does not end as if all were well. */
class UnlearntJobIT extends ApiTest {
    /** Of the sample that the product ships, which the base is not bad at. */
    private static String lines(int count) throws IOException {
        try (var all = Files.lines(Path.of("src/main/resources/sample/train.jsonl"))) {
            return all.limit(count).collect(Collectors.joining("\n"));
        }
    }

    @Test
    void aJobThatForgetsSaysSo() throws Exception {
        var file = json(api().upload("few.jsonl", "fine-tune", lines(16)))
                .path("id")
                .asString();
        var created = api().post("/v1/fine_tuning/jobs", """
                {"model":"%s","training_file":"%s","seed":5,"hyperparameters":
                 {"n_epochs":6,"batch_size":4,"learning_rate_multiplier":1000},
                 "adapter":{"method":"lora","rank":4}}""".formatted(BASE, file));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        var path = "/v1/fine_tuning/jobs/" + json(created).path("id").asString();
        var job = ended(path);
        var warnings = json(api().get(path + "/events?limit=100"))
                .path("data")
                .valueStream()
                .filter(event ->
                        List.of("warn", "error").contains(event.path("level").asString()))
                .map(event -> event.path("message").asString())
                .toList();
        assertThat(warnings).as(job.toString()).anyMatch(told -> told.contains("learning_rate_multiplier"));
        if (job.path("status").asString().equals("failed")) {
            assertThat(job.at("/error/code").asString()).isEqualTo("diverged");
        } else {
            JsonNode version = json(api().get("/api/v1/adapters")).path("data").get(0);
            var versions =
                    json(api().get("/api/v1/adapters/" + version.path("name").asString() + "/versions"));
            assertThat(versions.at("/data/0/proof/warning").asString()).isIn(warnings);
        }
    }
}
