package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.Methods;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Wrong input over HTTP, each with the exact answer: what is wrong, where, and how to mend it. */
class BadInputIT extends ApiTest {
    private static final String LINE = Examples.chat(1).getFirst() + "\n";

    @Test
    void brokenJsonAtLine7001() throws Exception {
        var answer = api().upload("big.jsonl", "fine-tune", LINE.repeat(7000) + "{\"messages\": [\n" + LINE);
        refused(
                answer,
                400,
                "file",
                "invalid_dataset",
                "big.jsonl, line 7001, line: The line is not valid JSON (column 15)."
                        + " Write one complete JSON object on the line; check quotes, commas and brackets.");
        assertThat(error(answer).path("problems").get(0).path("line").asInt()).isEqualTo(7001);
    }

    @Test
    void aRoleThatDoesNotExist() throws Exception {
        refused(
                api().upload("role.jsonl", "fine-tune", "{\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}"),
                400,
                "file",
                "invalid_dataset",
                "role.jsonl, line 1, messages[0].role: is 'wizard', which is not a role."
                        + " Use one of system, developer, user, assistant, tool, function.");
    }

    @Test
    void anEmptyFile() throws Exception {
        refused(
                api().upload("empty.jsonl", "fine-tune", ""),
                400,
                "file",
                "invalid_dataset",
                "empty.jsonl, line 1, file: The file holds no example."
                        + " Put one JSON object on each line, for example {\"messages\": […]}.");
    }

    @Test
    void aFileOf513Megabytes() throws Exception {
        byte[] block = " ".repeat(1 << 20).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Supplier<InputStream> part = () -> new java.io.ByteArrayInputStream(block);
        var answer = api().upload("huge.jsonl", "fine-tune", java.util.Collections.nCopies(513, part), 513L << 20);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(error(answer).path("message").asString())
                .isEqualTo("The file is larger than 512 MiB (536870912 bytes), the limit of one file.");
    }

    @Test
    void anUnknownBase() throws Exception {
        refused(
                create("no-such-base", ""),
                404,
                "model",
                "model_not_found",
                "The model 'no-such-base' does not exist: name a base model or one of your adapters.");
    }

    @Test
    void anUnknownMethod() throws Exception {
        var answer = create(BASE, ", \"adapter\": {\"method\": \"telepathy\"}");
        refused(
                answer,
                400,
                "adapter.method",
                "unknown_method",
                "'adapter.method' is 'telepathy', which does not exist; possible are %s."
                        .formatted(Methods.scan().all().stream()
                                .map(method -> method.descriptor().id())
                                .collect(Collectors.joining(", "))));
    }

    @Test
    void ranksThatCannotBe() throws Exception {
        for (String rank : List.of("0", "-1", "4097", "1000000000", "9223372036854775808")) {
            refusedRank(rank, "'adapter.rank' is %s and must be at least 1 and at most 4096.".formatted(rank));
        }
        refusedRank("1.5", "'adapter.rank' must be a whole number at least 1 and at most 4096.");
        refusedRank("\"8\"", "'adapter.rank' must be a number at least 1 and at most 4096.");
    }

    private void refusedRank(String rank, String message) throws Exception {
        refused(
                create(BASE, ", \"adapter\": {\"method\": \"lora\", \"rank\": %s}".formatted(rank)),
                400,
                "adapter.rank",
                "invalid_value",
                message);
    }

    @Test
    void aModelBeforeItsJobIsDoneAndACancelThatComesTooLate() throws Exception {
        var created = create(
                BASE,
                ", \"suffix\": \"not-yet\", \"method\": {\"type\": \"supervised\", \"supervised\":"
                        + " {\"hyperparameters\": {\"n_epochs\": 50, \"batch_size\": 1}}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        var job = json(created).path("id").asString();
        var early = api().post(
                        "/v1/chat/completions",
                        "{\"model\":\"not-yet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(early.statusCode()).isEqualTo(404);
        assertThat(error(early).path("code").asString()).isEqualTo("model_not_found");
        assertThat(error(early).path("message").asString())
                .matches("The model 'not-yet' is not there: its job %s has the status '(queued|running)'\\..*"
                        .formatted(job));
        assertThat(api().post("/v1/fine_tuning/jobs/" + job + "/cancel", "").statusCode())
                .isEqualTo(200);
        var status =
                json(api().get("/v1/fine_tuning/jobs/" + job)).path("status").asString();
        for (int i = 0; i < 60 && !status.equals("cancelled"); i++) {
            Thread.sleep(500);
            status = json(api().get("/v1/fine_tuning/jobs/" + job))
                    .path("status")
                    .asString();
        }
        assertThat(status).isEqualTo("cancelled");
        refused(
                api().post("/v1/fine_tuning/jobs/" + job + "/cancel", ""),
                400,
                "fine_tuning_job_id",
                "invalid_job_state",
                "Job '%s' cannot be cancelled: its status is 'cancelled'.".formatted(job));
    }

    private HttpResponse<String> create(String model, String more) throws Exception {
        var file = api().upload("good.jsonl", "fine-tune", String.join("\n", Examples.chat(10)));
        assertThat(file.statusCode()).as(file.body()).isEqualTo(200);
        return api().post(
                        "/v1/fine_tuning/jobs",
                        "{\"model\": \"%s\", \"training_file\": \"%s\"%s}"
                                .formatted(model, json(file).path("id").asString(), more));
    }

    private static void refused(HttpResponse<String> answer, int status, String param, String code, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(error(answer).path("param").asString()).isEqualTo(param);
        assertThat(error(answer).path("code").asString()).isEqualTo(code);
        assertThat(error(answer).path("message").asString()).isEqualTo(message);
        assertThat(error(answer).path("type").asString()).isEqualTo("invalid_request_error");
    }
}
