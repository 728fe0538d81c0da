package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every number of the generation bodies at 0, -1, 2^31 and 2^63 and every collection with a million items: refused by
 * name before anything is made for it. What the values in range do is {@link GenerationIT}'s matter.
 */
class BoundsIT extends ApiTest {
    private static final int MILLION = 1_000_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            n | 0, -1, 129, 2147483648, 9223372036854775808
            max_tokens | 0, -1, 2147483647, 2147483648, 9223372036854775808
            max_completion_tokens | 0, -1, 2147483647, 2147483648, 9223372036854775808
            temperature | -1, 2147483648, 9223372036854775808
            top_p | -1, 2147483648, 9223372036854775808
            top_k | -2, 2147483648, 9223372036854775808
            min_p | -1, 2147483648, 9223372036854775808
            top_logprobs | -1, 2147483648, 9223372036854775808
            presence_penalty | -3, 2147483648, 9223372036854775808
            frequency_penalty | -3, 2147483648, 9223372036854775808
            repetition_penalty | 0, -1, 2147483648, 9223372036854775808
            seed | 9223372036854775808, -9223372036854775809, 1e30
            """)
    void numbersOfAChat(String field, String values) throws Exception {
        for (var value : values.split(", ")) {
            refused("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]", field, value, field.startsWith("max_") ? "max_" : field);
        }
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
    @CsvSource(delimiter = '|', textBlock = """
            stop | "a"
            messages | {}
            messages | 1
            tools | {}
            modalities | "text"
            messages[0].content | [{"role":"user","content":%s}]
            messages[0].tool_calls | [{"role":"assistant","tool_calls":%s}]
            """)
    void aMillionItemsOfAChat(String field, String item) throws Exception {
        boolean nested = item.contains("%s");
        var many = many(nested ? "{}" : item);
        var top = field.replaceAll("\\[.*", "");
        var rest = top.equals("messages") ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
        refused("/v1/chat/completions", rest, top, nested ? item.formatted(many) : many, field);
    }

    @ParameterizedTest
    @CsvSource({"logit_bias", "metadata"})
    void aMillionKeys(String field) throws Exception {
        var keys = IntStream.range(0, 600_000).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(",", "{", "}"));
        refused("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]", field, keys, field);
        refused("/v1/completions", "\"prompt\":\"x\"", field, keys, field);
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
