package dev.tenon.openai.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.openai.wire.Body;
import dev.tenon.serving.GenerationRequest;
import dev.tenon.text.ChatMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatBodyTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            n | 0
            n | -1
            n | 129
            n | 2147483648
            n | 1.5
            n | "1"
            n | 1e999999999
            max_tokens | 0
            max_tokens | -1
            max_tokens | 2147483648
            max_completion_tokens | 0
            max_completion_tokens | -1
            max_completion_tokens | 2147483648
            temperature | -1
            temperature | 2.1
            temperature | 2147483648
            temperature | "hot"
            top_p | -1
            top_p | 1.5
            top_p | 2147483648
            top_k | -2
            top_k | 2147483648
            top_k | 0.5
            min_p | -0.1
            min_p | 1.1
            repetition_penalty | 0
            repetition_penalty | -1
            repetition_penalty | 2147483648
            seed | 9223372036854775808
            seed | 0.5
            top_logprobs | -1
            top_logprobs | 21
            top_logprobs | 2147483648
            top_logprobs | 3
            presence_penalty | -2.5
            presence_penalty | 2147483648
            frequency_penalty | 2.5
            frequency_penalty | -2147483648
            stop | 7
            stop | ["a","b","c","d","e"]
            logit_bias | [1]
            logit_bias.x | {"x":1}
            temperature | 1e400
            temperature | -1e400
            top_p | 1e999999999
            logit_bias.5 | {"5":101}
            stream | "yes"
            stream_options | {"include_usage":true}
            response_format.type | {"type":"grammar"}
            response_format.json_schema | {"type":"json_schema"}
            response_format.json_schema.name | {"type":"json_schema","json_schema":{"schema":{}}}
            response_format.json_schema.name | {"type":"json_schema","json_schema":{"name":"a b"}}
            tool_choice | "required"
            functions | []
            messages | []
            messages | {}
            messages[0] | [1]
            messages[0].role | [{"role":"wizard","content":"x"}]
            messages[0].role | [{"content":"x"}]
            messages[0].content | [{"role":"user"}]
            messages[0].content | [{"role":"user","content":5}]
            messages[0].content[0].type | [{"role":"user","content":[{"type":"image_url"}]}]
            """)
    void refusesByName(String param, String value) {
        var field = param.replaceAll("[.\\[].*", "");
        assertThatThrownBy(() -> ChatBody.read(body(field, value))).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(400);
            assertThat(problem.param()).isEqualTo(param);
            assertThat(problem.message()).contains(param.contains("[") ? "messages" : field);
        });
    }

    @Test
    void aNumberBeyondAllNumbersIsNotBrokenJson() {
        assertThatThrownBy(() -> ChatBody.read(body("temperature", "1e400")))
                .hasMessage("'temperature' must be between 0 and 2, not 1E+400.");
        assertThatThrownBy(() -> ChatBody.read(body("n", "1".repeat(2000))))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).isEqualTo("n"));
    }

    @Test
    void stopMayBeATextOrAnArray() {
        assertThatThrownBy(() -> ChatBody.read(body("stop", "5")))
                .hasMessage("'stop' must be a string or an array of up to 4 strings, not an integer.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"type\":\"json_object\"}", "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}"})
    void stopMayNotCutTheJsonThatWasAskedFor(String format) throws IOException {
        var both = "\"stop\":[\"}\"],\"response_format\":" + format;
        assertThatThrownBy(() -> ChatBody.read(body("store", "true," + both)))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.param()).isEqualTo("stop");
                    assertThat(problem.message()).contains("'response_format'", "leave one of the two out");
                });
        assertThat(ChatBody.read(body("store", "true," + both.replace("\"}\"", "")))
                        .request(0)
                        .sampling()
                        .format())
                .isNotNull();
        assertThat(ChatBody.read(body("store", "true,\"stop\":\"}\",\"response_format\":{\"type\":\"text\"}"))
                        .request(0)
                        .sampling()
                        .stop())
                .containsExactly("}");
    }

    @Test
    void readsTextPartsAndTheDevelopersMessage() throws IOException {
        var order = ChatBody.read(body("messages", """
                [{"role":"developer","content":"be brief"},
                 {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]
                """));
        var chat = (GenerationRequest.Chat) order.prompts().getFirst().prompt();
        assertThat(chat.messages()).containsExactly(ChatMessage.of("system", "be brief"), ChatMessage.of("user", "ab"));
    }

    @Test
    void unknownKeysAndNullsAreIgnored() throws IOException {
        var order = ChatBody.read(body("store", "true"));
        assertThat(order.choices()).isEqualTo(1);
        assertThat(ChatBody.read(body("temperature", "null"))
                        .request(0)
                        .sampling()
                        .temperature())
                .isEqualTo(1);
    }

    @Test
    void choicesOfASeededRequestDifferAndRepeat() throws IOException {
        var body = "{\"model\":\"m\",\"n\":3,\"seed\":-5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var order = ChatBody.read(read(body));
        assertThat(order.request(0).sampling().seed()).isEqualTo(-5);
        assertThat(order.request(2).sampling().seed()).isEqualTo(-3);
    }

    private static Body body(String field, String value) throws IOException {
        var messages = field.equals("messages") ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],";
        return read("{\"model\":\"m\"," + messages + "\"" + field + "\":" + value + "}");
    }

    private static Body read(String json) throws IOException {
        return Body.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), ChatBody.ALLOWANCE);
    }
}
