package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every number of the generation bodies at 0, -1, 2^31 and 2^63 and every collection with a million items: refused by
 * name before anything is made for it. What the values in range do is {@link GenerationIT}'s matter. The fields of a
 * chat are those of its description, so that none is forgotten.
 */
class BoundsIT extends ApiTest {
    private static final int MILLION = 1_000_000;
    private static final JsonMapper JSON = new JsonMapper();
    /** What else an object needs to be read, by its path. */
    private static final Map<String, String> BESIDE = Map.of(
            "",
            "{\"model\":\"" + BASE + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":2}",
            "messages[0]",
            "{\"role\":\"assistant\",\"content\":\"x\"}",
            "messages[0].content[0]",
            "{\"type\":\"text\",\"text\":\"x\"}",
            "messages[0].tool_calls[0]",
            "{}",
            "messages[0].tool_calls[0].function",
            "{\"name\":\"f\",\"arguments\":\"{}\"}",
            "response_format",
            "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}",
            "response_format.json_schema",
            "{\"name\":\"a\"}",
            "response_format.json_schema.schema",
            "{}",
            "tools[0]",
            "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}",
            "tools[0].function",
            "{\"name\":\"f\"}");

    /** No refusal takes a row of the batch: those who were answered are all who had one. */
    @Test
    void everyDescribedFieldOfAChat() throws Exception {
        assertThat(post("n", "1").statusCode()).isEqualTo(200);
        double rowsBefore = rows();
        int answered = 0;
        var fields = DescribedFields.of(api().get("/api/openapi.yaml").body(), "ChatRequest");
        assertThat(fields.stream().map(DescribedFields.Field::path))
                .contains("n", "messages[0].tool_calls[0].function.arguments")
                .contains("response_format.json_schema.schema.required", "tools[0].function.description");
        for (var field : fields) {
            for (var type : field.types()) {
                for (var value : hostile(type)) {
                    var answer = post(field.path(), value);
                    var shown = field.path() + " " + value.substring(0, Math.min(40, value.length()));
                    boolean number = type.equals("integer") || type.equals("number");
                    boolean may = number && field.admits(Double.parseDouble(value));
                    assertThat(answer.statusCode())
                            .as("%s: %s", shown, answer.body())
                            .isBetween(may ? 200 : 400, 413);
                    if (answer.statusCode() == 200) {
                        answered++;
                        continue;
                    }
                    assertThat(answer.body()).as(shown).hasSizeLessThan(1000);
                    var param = error(answer).path("param").asString();
                    assertThat(param.startsWith(field.path()) || field.path().startsWith(param) || may)
                            .as("%s: %s", shown, answer.body())
                            .isTrue();
                }
            }
        }
        assertThat(rows() - rowsBefore).isEqualTo(answered);
    }

    @Test
    void unknownKeysAreIgnoredUnlessTheyAreABurden() throws Exception {
        assertThat(post("unheard_of", "[" + "1,".repeat(10_000) + "1]").statusCode())
                .isEqualTo(200);
        assertThat(error(post("unheard_of", many("1"))).path("param").asString())
                .isEqualTo("unheard_of");
    }

    @Test
    void aBiasOnATokenThatTheModelDoesNotHave() throws Exception {
        var refusal = error(post("logit_bias", "{\"99999\":5}"));
        assertThat(refusal.path("param").asString()).isEqualTo("logit_bias.99999");
        assertThat(refusal.path("message").asString())
                .isEqualTo("'logit_bias.99999': this model has 4096 tokens, with ids from 0 to 4095.");
    }

    private double rows() throws Exception {
        return ApiClient.json(api().get("/actuator/metrics/tenon.serving.queue"))
                .at("/measurements/0/value")
                .asDouble();
    }

    private static String[] hostile(String type) {
        return switch (type) {
            case "integer", "number" -> new String[] {"0", "-1", "2147483647", "9223372036854775807", "1e400"};
            case "array" -> new String[] {many("1")};
            case "string" -> new String[] {"\"" + "x".repeat(4 * MILLION) + "\""};
            case "object" -> new String[] {keys()};
            case "boolean" -> new String[0];
            default -> throw new AssertionError("What is hostile for " + type + "?");
        };
    }

    /** A chat in which the field of this path has this value, as it is. */
    private HttpResponse<String> post(String path, String value) throws Exception {
        var field = new DescribedFields.Field(path, Map.of());
        var body = value;
        while (!field.path().isEmpty()) {
            var name = field.name();
            assertThat(BESIDE).as("what the object around %s needs", name).containsKey(field.parent());
            var around = (ObjectNode) JSON.readTree(BESIDE.get(field.parent()));
            boolean item = name.endsWith("[0]");
            around.remove(item ? name.substring(0, name.length() - 3) : name);
            var beside = around.toString();
            beside = beside.substring(0, beside.length() - 1) + (around.isEmpty() ? "" : ",");
            body = item
                    ? "%s\"%s\":[%s]}".formatted(beside, name.substring(0, name.length() - 3), body)
                    : "%s\"%s\":%s}".formatted(beside, name, body);
            field = new DescribedFields.Field(field.parent(), Map.of());
        }
        return api().post("/v1/chat/completions", body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            n | 0, -1, 129, 2147483648, 9223372036854775808
            best_of | 0, -1, 2, 2147483648, 9223372036854775808
            max_tokens | 0, -1, 2147483647, 2147483648, 9223372036854775808
            logprobs | -1, 6, 2147483648, 9223372036854775808
            top_k | -2, 2147483648, 9223372036854775808
            seed | 9223372036854775808
            prompt | 0, -1, 2147483648, [], [-1], [2147483648], [4096], [[]], [[-1]], [0.5]
            """)
    void numbersOfACompletion(String field, String values) throws Exception {
        for (var value : values.split(", ")) {
            var param = value.startsWith("[[") ? "prompt[0]" : value.equals("[]") ? field : null;
            refused("/v1/completions", field.equals("prompt") ? "" : "\"prompt\":\"x\"", field, value, param);
        }
    }

    @ParameterizedTest
    @CsvSource({"logit_bias", "metadata"})
    void aMillionKeysOfACompletion(String field) throws Exception {
        refused("/v1/completions", "\"prompt\":\"x\"", field, keys(), field);
    }

    @Test
    void aMillionPromptsAndTokens() throws Exception {
        refused("/v1/completions", "", "prompt", many("1"), "prompt");
        refused("/v1/completions", "", "prompt", many("\"x\""), "prompt");
        refused("/v1/completions", "", "prompt", "[" + many("1") + "]", "prompt[0]");
        refused("/v1/completions", "\"n\":2", "prompt", "[" + "\"x\",".repeat(127) + "\"x\"]", "n");
    }

    @Test
    void textsThatNoModelCouldRead() throws Exception {
        refused("/v1/completions", "", "prompt", "\"" + "x".repeat(4 * MILLION) + "\"", "prompt");
        var message = "[{\"role\":\"user\",\"content\":\"" + "x".repeat(4 * MILLION) + "\"}]";
        refused("/v1/chat/completions", "", "messages", message, "messages");
    }

    @Test
    void nestingAndDigitsWithoutEnd() throws Exception {
        refused("/v1/chat/completions", "", "messages", "[".repeat(MILLION), null);
        for (var number : new String[] {"1".repeat(MILLION), "1e400", "1e-999999999"}) {
            refused("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]", "n", number, null);
        }
    }

    private static String keys() {
        return IntStream.range(0, 600_000).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(",", "{", "}"));
    }

    private static String many(String item) {
        return "[" + (item + ",").repeat(MILLION - 1) + item + "]";
    }

    private void refused(String path, String rest, String field, String value, String param) throws Exception {
        var body = "{\"model\":\"%s\",%s\"%s\":%s}".formatted(BASE, rest.isEmpty() ? "" : rest + ",", field, value);
        var answer = api().post(path, body);
        var shown = field + " " + value.substring(0, Math.min(40, value.length()));
        assertThat(answer.statusCode()).as("%s: %s", shown, answer.body()).isBetween(400, 413);
        if (param != null) {
            assertThat(error(answer).path("param").asString()).as(shown).startsWith(param);
        }
        assertThat(answer.body()).as(shown).hasSizeLessThan(1000);
    }
}
