package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** From a table of labelled texts to labels over HTTP: upload, job on the shipped encoder, adapter, answers. */
class EncoderJobE2E extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";

    private static String table() {
        var rows = new StringBuilder("text,label\n");
        String[] things = {"card", "account", "phone", "letter", "ticket", "order"};
        for (String thing : things) {
            rows.append("Where is my ").append(thing).append("?,where\n");
            rows.append("I cannot find my ").append(thing).append(" anywhere,where\n");
            rows.append("Please cancel my ").append(thing).append(",cancel\n");
            rows.append("I do not want the ").append(thing).append(" any more,cancel\n");
        }
        return rows.toString();
    }

    private String upload(String name, String content) throws Exception {
        var answer = api().upload(name, "fine-tune", content);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiClient.json(answer).get("id").asString();
    }

    private static String job(String model, String file) {
        return """
                {"model": "%s", "training_file": "%s", "validation_file": "%s", "suffix": "intents", "seed": 1,
                 "adapter": {"method": "lora", "rank": 4, "target_modules": ["query", "value"]},
                 "method": {"type": "supervised", "supervised": {"hyperparameters":
                   {"n_epochs": 6, "batch_size": 8, "learning_rate_multiplier": 2}}}}
                """.formatted(model, file, file);
    }

    @Test
    void aTableBecomesAClassifier() throws Exception {
        var created = api().post("/v1/fine_tuning/jobs", job(ENCODER, upload("intents.csv", table())));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        JsonNode job = finished(ApiClient.json(created).get("id").asString());
        assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
        // what is documented for "auto" at this base's width of 192
        assertThat(job.get("hyperparameters").get("head_learning_rate").asDouble())
                .isCloseTo(0.001 * Math.pow(768 / 192.0, 0.75), within(1e-12));

        var answer = api().post("/api/v1/classify", """
                {"model": "intents", "input": ["Where is my order?", "Please cancel my letter"]}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode told = ApiClient.json(answer);
        assertThat(told.get("task").asString()).isEqualTo("classification");
        assertThat(told.get("data").get(0).get("label").asString()).isEqualTo("where");
        assertThat(told.get("data").get(1).get("label").asString()).isEqualTo("cancel");
        assertThat(told.get("data").get(0).get("labels").size()).isEqualTo(2);
        double sum = told.get("data").get(0).get("labels").get(0).get("score").asDouble()
                + told.get("data").get(0).get("labels").get(1).get("score").asDouble();
        assertThat(sum).isBetween(0.999, 1.001);
        assertThat(told.get("usage").get("prompt_tokens").asInt()).isPositive();
        writesNoText();
    }

    private void writesNoText() throws Exception {
        var chat = api().post("/v1/chat/completions", """
                {"model": "intents", "messages": [{"role": "user", "content": "Hi"}]}""");
        assertThat(chat.statusCode()).isEqualTo(400);
        assertThat(ApiClient.error(chat).get("code").asString()).isEqualTo("not_generative");
    }

    private JsonNode finished(String id) throws Exception {
        var end = Instant.now().plus(Duration.ofMinutes(4));
        while (true) {
            JsonNode job = ApiClient.json(api().get("/v1/fine_tuning/jobs/" + id));
            String status = job.get("status").asString();
            if (status.equals("succeeded")
                    || status.equals("failed")
                    || Instant.now().isAfter(end)) {
                return job;
            }
            Thread.sleep(500);
        }
    }

    @Test
    void filesMustFitTheBase() throws Exception {
        String labelled = upload("intents.csv", table());
        var onDecoder = api().post("/v1/fine_tuning/jobs", job(BASE, labelled));
        assertThat(onDecoder.statusCode()).isEqualTo(400);
        assertThat(ApiClient.error(onDecoder).get("param").asString()).isEqualTo("training_file");
        assertThat(ApiClient.error(onDecoder).get("message").asString()).contains("classification", "chat");
        headRatesNeedAHead();
        String chat = upload("chat.jsonl", String.join("\n", dev.tenon.openai.client.Examples.chat(4)));
        var onEncoder = api().post("/v1/fine_tuning/jobs", job(ENCODER, chat));
        assertThat(onEncoder.statusCode()).isEqualTo(400);
        assertThat(ApiClient.error(onEncoder).get("message").asString()).contains("label");
    }

    private void headRatesNeedAHead() throws Exception {
        String chat = upload("more.jsonl", String.join("\n", dev.tenon.openai.client.Examples.chat(4)));
        var refused = api().post("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "%s", "hyperparameters": {"head_learning_rate": 0.01}}""".formatted(BASE, chat));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(ApiClient.error(refused).get("param").asString()).isEqualTo("hyperparameters.head_learning_rate");
        assertThat(ApiClient.error(refused).get("message").asString()).contains("labels or tags", "leave it out");
    }

    @Test
    void whatTellsNoLabelsIsNamed() throws Exception {
        for (String[] wrong : new String[][] {
            {"{\"model\": \"%s\", \"input\": \"a\"}".formatted(BASE), "model", "not_a_classifier"},
            {"{\"model\": \"%s\", \"input\": \"a\"}".formatted(ENCODER), "model", "no_labels"},
            {"{\"model\": \"%s\", \"input\": []}".formatted(ENCODER), "input", "invalid_value"},
            {"{\"model\": \"%s\", \"input\": [\"a\", 3]}".formatted(ENCODER), "input[1]", "invalid_value"},
            {"{\"input\": \"a\"}", "model", "missing_required_parameter"}
        }) {
            var answer = api().post("/api/v1/classify", wrong[0]);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo(wrong[1]);
            assertThat(ApiClient.error(answer).get("code").asString()).isEqualTo(wrong[2]);
        }
        var unknown = api().post("/api/v1/classify", "{\"model\": \"nothing\", \"input\": \"a\"}");
        assertThat(unknown.statusCode()).isEqualTo(404);
    }
}
