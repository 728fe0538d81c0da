package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The convention of LoRAX and Text Generation Inference, against what the same models say at /v1. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenerateIT extends ApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String INPUTS = "I would like a table for";

    @TempDir
    static Path disk;

    @BeforeAll
    void loadAdapters() throws Exception {
        for (var name : List.of("generate-a", "generate-b")) {
            var folder = RandomLora.write(disk.resolve(name), name.hashCode());
            var loaded = api().post(
                            "/v1/load_lora_adapter",
                            "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"}".formatted(name, folder));
            assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tenon-base-7m, tenon-base-7m",
        "generate-a, generate-a",
        "generate-a/1, generate-a@1",
        "tenon-base-7m+generate-a:0.5, generate-a:0.5"
    })
    void greedyAsACompletion(String adapter, String model) throws Exception {
        var answer = generate("\"adapter_id\":\"%s\",\"details\":true,\"adapter_source\":\"local\"".formatted(adapter));
        var tokens = answer.at("/details/tokens");
        assertThat(said(tokens)).isEqualTo(answer.path("generated_text").asString());
        var completion = completion(model, "\"temperature\":0");
        sameAs(completion, answer);
        assertThat(answer.at("/details/finish_reason").asString())
                .isEqualTo(
                        completion.at("/choices/0/finish_reason").asString().equals("stop") ? "eos_token" : "length");
        assertThat(answer.at("/details/seed").isNull()).isTrue();
        assertThat(answer.at("/details/prefill")).isEmpty();
    }

    @Test
    void mergedAdaptersAreTheSumOfTheirUpdates() throws Exception {
        var answer = generate("""
                "details":true,"merged_adapters":{"ids":["generate-a","generate-b/1"],"weights":[0.7,0.3],
                 "merge_strategy":"linear","density":0.5}""");
        sameAs(completion(BASE + "+generate-a:0.7+generate-b:0.3", "\"temperature\":0"), answer);
        assertThat(answer.path("generated_text"))
                .isNotEqualTo(generate("\"adapter_id\":\"generate-a\"").path("generated_text"));
    }

    @Test
    void samplingIsWhatIsAskedForByNameOrByItsShape() throws Exception {
        var greedy = generate(base("\"temperature\":1.0")).path("generated_text");
        assertThat(generate(base("\"do_sample\":true,\"temperature\":0")).path("generated_text"))
                .isEqualTo(greedy);
        var shaped = generate(base("\"temperature\":1.5,\"top_k\":50,\"top_p\":0.9,\"seed\":7,\"details\":true"));
        sameAs(completion(BASE, "\"temperature\":1.5,\"top_k\":50,\"top_p\":0.9,\"seed\":7"), shaped);
        assertThat(shaped.at("/details/seed").asInt()).isEqualTo(7);
        var drawn = generate(base("\"do_sample\":true,\"details\":true"));
        var again = generate(base("\"do_sample\":true,\"seed\":" + drawn.at("/details/seed")));
        assertThat(again.path("generated_text")).isEqualTo(drawn.path("generated_text"));
        sameAs(
                completion(BASE, "\"temperature\":0,\"repetition_penalty\":1.3"),
                generate(base("\"repetition_penalty\":1.3,\"details\":true")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/generate", "/generate_stream"})
    void theTokensOfAStreamAreTheWholeAnswer(String path) throws Exception {
        var fields = base("\"details\":true,\"return_full_text\":true,\"return_k_alternatives\":2");
        var whole = generate(fields);
        assertThat(whole.path("generated_text").asString()).startsWith(INPUTS);
        var events = events(post(path, "\"stream\":%s,".formatted(path.equals("/generate")), fields));
        assertThat(events.stream().map(event -> event.path("token")).toList())
                .isEqualTo(whole.at("/details/tokens").valueStream().toList());
        var last = events.removeLast();
        assertThat(last.path("generated_text")).isEqualTo(whole.path("generated_text"));
        assertThat(last.at("/details/generated_tokens")).isEqualTo(whole.at("/details/generated_tokens"));
        assertThat(last.at("/details/finish_reason").asString()).isEqualTo("length");
        assertThat(last.at("/token/alternative_tokens")).hasSize(2);
        assertThat(events).isNotEmpty().allSatisfy(event -> {
            assertThat(event.path("generated_text").isNull()).isTrue();
            assertThat(event.path("details").isNull()).isTrue();
        });
    }

    @Test
    void aBodyThatSaysHowToAnswerGetsAnArray() throws Exception {
        var answer = json(post("/generate", "\"stream\":false,", base("\"seed\":null,\"grammar\":null")));
        assertThat(answer.isArray()).isTrue();
        assertThat(answer).containsExactly(generate(base("")));
    }

    @Test
    void saysWhatEndedIt() throws Exception {
        var text = generate(base("")).path("generated_text").asString();
        var word = text.substring(text.indexOf(' ', 3), text.indexOf(' ', 3) + 3);
        var stopped = events(post("/generate_stream", "", base("\"stop\":[\"%s\"]".formatted(word))));
        assertThat(stopped.getLast().at("/details/finish_reason").asString()).isEqualTo("stop_sequence");
        assertThat(stopped.getLast().path("generated_text").asString())
                .isEqualTo(text.substring(0, text.indexOf(word)));
        var chat = json(api().post("/v1/chat/completions", """
                {"model":"%s","messages":[{"role":"user","content":"%s"}],"temperature":0}""".formatted(BASE, INPUTS)));
        assertThat(chat.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        var answer = json(api().post("/generate", """
                {"inputs":"%s","parameters":{"adapter_id":"%s","apply_chat_template":true,"details":true}}""".formatted(INPUTS, BASE)));
        assertThat(answer.path("generated_text")).isEqualTo(chat.at("/choices/0/message/content"));
        assertThat(answer.at("/details/finish_reason").asString()).isEqualTo("eos_token");
        assertThat(answer.at("/details/generated_tokens")).isEqualTo(chat.at("/usage/completion_tokens"));
        var tokens = answer.at("/details/tokens");
        assertThat(tokens.get(tokens.size() - 1).path("special").asBoolean()).isTrue();
        assertThat(said(tokens)).isEqualTo(answer.path("generated_text").asString());
    }

    @Test
    void truncatesAndFollowsASchema() throws Exception {
        var whole =
                generate(base("\"details\":true")).at("/details/prompt_tokens").asInt();
        assertThat(whole).isGreaterThan(3);
        assertThat(generate(base("\"details\":true,\"truncate\":3"))
                        .at("/details/prompt_tokens")
                        .asInt())
                .isEqualTo(3);
        sameAs(completion(BASE, "\"temperature\":0"), generate(base("\"details\":true,\"truncate\":" + whole)));
        var schema = "\"response_format\":{\"type\":\"json_object\",\"schema\":{\"enum\":[\"yes\"]}}";
        assertThat(generate(base(schema)).path("generated_text").asString()).isEqualTo("\"yes\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "adapter_id":"nobody" | 404 | not_found | 'nobody'
            "adapter_id":"generate-a/9" | 404 | not_found | generate-a
            "adapter_id":"generate-a","merged_adapters":{} | 400 | validation | parameters.merged_adapters
            "merged_adapters":{"ids":["generate-a"],"weights":[1],"merge_strategy":"ties"} | 400 | validation | compose
            "merged_adapters":{"ids":["generate-a"],"weights":[]} | 400 | validation | merged_adapters.weights'
            "merged_adapters":{"ids":[1],"weights":[1]} | 400 | validation | 'parameters.merged_adapters.ids[0]'
            "adapter_source":"s3" | 400 | validation | 'parameters.adapter_source'
            "watermark":true | 400 | validation | 'parameters.watermark'
            "ignore_eos_token":true | 400 | validation | 'parameters.ignore_eos_token'
            "decoder_input_details":true | 400 | validation | 'parameters.decoder_input_details'
            "best_of":2 | 400 | validation | 'parameters.best_of'
            "typical_p":0.5 | 400 | validation | top_p
            "top_p":2 | 400 | validation | 'parameters.top_p'
            "max_new_tokens":0 | 400 | validation | 'parameters.max_new_tokens'
            "adapter_id":"generate-a","max_new_tokens":100000 | 400 | validation | 'parameters.max_new_tokens' may be at most
            "adapter_id":"generate-a","truncate":1000000,"max_new_tokens":100000 | 400 | validation | 'parameters.max_new_tokens'
            "stop":[1] | 400 | validation | 'parameters.stop[0]'
            "response_format":{"type":"regex"} | 400 | validation | 'parameters.response_format.type'
            "adapter_id":"generate-a","response_format":{"type":"json_object","schema":{"type":"x"}} | 400 | validation | parameters.response_format.schema
            """)
    void refusesByName(String fields, int status, String type, String says) throws Exception {
        var named = fields.contains("adapter") ? fields : base(fields);
        for (var path : List.of("/generate", "/generate_stream")) {
            failed(api().post(path, "{\"inputs\":\"x\",\"parameters\":{%s}}".formatted(named)), status, type, says);
        }
    }

    @Test
    void refusalsOfTheDoorHaveTheirShapeToo() throws Exception {
        failed(api().post("/generate", "{}"), 400, "validation", "'inputs'");
        failed(api().post("/generate", "{\"inputs\":"), 400, "validation", "not valid JSON");
        failed(api().get("/generate"), 405, "invalid_request", "POST");
        var anonymous = ApiClient.anonymous(port).post("/generate_stream", "{\"inputs\":\"x\"}");
        failed(anonymous, 401, "unauthorized", "API key");
        failed(ApiClient.of(port, "tenon-wrong").post("/generate", "{}"), 401, "unauthorized", "Incorrect API key");
    }

    @Test
    void aReaderWhoLeavesFreesItsRow() throws Exception {
        var fields = base("\"do_sample\":true,\"repetition_penalty\":10,\"details\":true")
                .replace("24", "900");
        var body = "{\"inputs\":\"%s\",\"stream\":true,\"parameters\":{%s}}".formatted(INPUTS, fields);
        int before = api().running();
        try (var socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(("POST /generate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + TenonContext.ADMIN_KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> api().running() == before);
    }

    private static String base(String fields) {
        return "\"adapter_id\":\"%s\"%s%s".formatted(BASE, fields.isEmpty() ? "" : ",", fields);
    }

    private JsonNode generate(String fields) throws Exception {
        var answer = post("/generate", "", fields);
        return json(answer);
    }

    private HttpResponse<String> post(String path, String beside, String fields) throws Exception {
        var answer = api().post(
                        path,
                        "{\"inputs\":\"%s\",%s\"parameters\":{\"max_new_tokens\":24,%s}}"
                                .formatted(INPUTS, beside, fields));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private JsonNode completion(String model, String fields) throws Exception {
        var answer = api().post(
                        "/v1/completions",
                        "{\"model\":\"%s\",\"prompt\":\"%s\",\"max_tokens\":24,\"logprobs\":0,%s}"
                                .formatted(model, INPUTS, fields));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static void sameAs(JsonNode completion, JsonNode answer) {
        assertThat(answer.path("generated_text")).isEqualTo(completion.at("/choices/0/text"));
        var details = answer.path("details");
        assertThat(details.path("prompt_tokens")).isEqualTo(completion.at("/usage/prompt_tokens"));
        assertThat(details.path("generated_tokens")).isEqualTo(completion.at("/usage/completion_tokens"));
        var expected = completion.at("/choices/0/logprobs/token_logprobs");
        for (int i = 0; i < expected.size(); i++) {
            assertThat(details.at("/tokens/" + i + "/logprob").asDouble())
                    .isCloseTo(expected.get(i).asDouble(), within(1e-4));
            assertThat(details.at("/tokens/" + i + "/id").isInt()).isTrue();
        }
    }

    /** What a client puts together. */
    private static String said(JsonNode tokens) {
        return tokens.valueStream()
                .filter(token -> !token.path("special").asBoolean())
                .map(token -> token.path("text").asString())
                .collect(Collectors.joining());
    }

    private static List<JsonNode> events(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(answer.body()).doesNotContain("[DONE]");
        return answer.body()
                .lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> JSON.readTree(line.substring(5)))
                .collect(Collectors.toList());
    }

    private static void failed(HttpResponse<String> answer, int status, String type, String says) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        var body = json(answer);
        assertThat(body.propertyNames()).containsExactly("error", "error_type");
        assertThat(body.path("error_type").asString()).isEqualTo(type);
        assertThat(body.path("error").asString()).contains(says);
    }
}
