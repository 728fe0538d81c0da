package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import java.net.http.HttpResponse;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model that was never taught JSON answers in it when asked to. */
class JsonFormatIT extends ApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SCHEMA = """
            {"type":"json_schema","json_schema":{"name":"trip","strict":true,"schema":{"type":"object","properties":{
              "city":{"type":"string"},"seats":{"type":"integer"},"class":{"enum":["first","second"]},
              "via":{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]}},
              "required":["city","seats","class","via"],"additionalProperties":false}}}""";

    @Test
    void aSchemaIsKeptAtEveryTemperatureAndLimit() throws Exception {
        for (var fields : new String[] {"\"temperature\":0", "\"temperature\":2,\"seed\":1", "\"n\":3,\"seed\":2"}) {
            var answer = json(chat(SCHEMA, fields + ",\"max_tokens\":60"));
            for (var choice : answer.path("choices")) {
                var trip = JSON.readTree(choice.at("/message/content").asString());
                assertThat(trip.propertyNames()).containsExactly("city", "seats", "class", "via");
                assertThat(trip.path("seats").isIntegralNumber()).isTrue();
                assertThat(trip.path("class").asString()).isIn("first", "second");
                assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
            }
        }
    }

    @Test
    void aStreamJoinsToOneObject() throws Exception {
        var answer = chat("{\"type\":\"json_object\"}", "\"stream\":true,\"max_tokens\":40,\"temperature\":1.5");
        var text = answer.body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JSON.readTree(line.substring(6)).at("/choices/0/delta/content"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .collect(Collectors.joining());
        assertThat(JSON.readTree(text).isObject()).as(text).isTrue();
    }

    @Test
    void aLimitBelowAnyJsonIsSaid() throws Exception {
        assertThat(json(chat(SCHEMA, "\"max_tokens\":4"))
                        .at("/choices/0/finish_reason")
                        .asString())
                .isEqualTo("length");
    }

    @Test
    void aSchemaThatCannotBeKeptIsRefusedByName() throws Exception {
        var format = "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":"
                + "{\"properties\":{\"x\":{\"pattern\":\"a+\"}}}}}";
        for (var stream : new String[] {"true", "false"}) {
            var answer = post(format, "\"stream\":" + stream);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(error(answer).path("param").asString())
                    .isEqualTo("response_format.json_schema.schema.properties.x.pattern");
        }
    }

    private HttpResponse<String> chat(String format, String fields) throws Exception {
        var answer = post(format, fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private HttpResponse<String> post(String format, String fields) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"A bus to Fresno, please."}],
                         "response_format":%s,%s}
                        """.formatted(BASE, format, fields));
    }
}
