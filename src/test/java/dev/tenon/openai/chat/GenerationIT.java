package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sampling over HTTP with the shipped model: choices, seeds, streams and what they count. */
class GenerationIT extends ApiTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void choicesOfASeedRepeatAndDiffer() throws Exception {
        var first = json(chat("\"n\":3,\"seed\":7,\"max_tokens\":12,\"temperature\":1.2"));
        var second = json(chat("\"n\":3,\"seed\":7,\"max_tokens\":12,\"temperature\":1.2"));
        assertThat(contents(first)).hasSize(3).isEqualTo(contents(second)).doesNotHaveDuplicates();
        assertThat(first.at("/choices/2/index").asInt()).isEqualTo(2);
        int prompt = first.at("/usage/prompt_tokens").asInt();
        assertThat(prompt).isPositive();
        assertThat(first.at("/usage/completion_tokens").asInt()).isBetween(3, 36);
        assertThat(json(chat("\"max_tokens\":1")).at("/usage/prompt_tokens").asInt())
                .isEqualTo(prompt);
    }

    @Test
    void aStreamOfSeveralChoicesSaysWhatTheWholeAnswerSays() throws Exception {
        var fields = "\"n\":3,\"seed\":3,\"max_tokens\":10,\"top_k\":50,\"min_p\":0.01,\"repetition_penalty\":1.1";
        var whole = json(chat(fields));
        var chunks = chunks(chat(fields + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        var texts = new TreeMap<Integer, StringBuilder>();
        var endings = new TreeMap<Integer, String>();
        for (var chunk : chunks.subList(0, chunks.size() - 1)) {
            assertThat(chunk.path("usage").isNull()).isTrue();
            var choice = chunk.path("choices").get(0);
            int index = choice.path("index").asInt();
            if (!texts.containsKey(index)) {
                assertThat(choice.at("/delta/role").asString()).isEqualTo("assistant");
            }
            texts.computeIfAbsent(index, i -> new StringBuilder())
                    .append(choice.at("/delta/content").asString(""));
            if (!choice.path("finish_reason").isNull()) {
                endings.put(index, choice.path("finish_reason").asString());
            }
        }
        assertThat(texts.values().stream().map(StringBuilder::toString).toList())
                .isEqualTo(contents(whole));
        assertThat(endings).hasSize(3);
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("usage")).isEqualTo(whole.path("usage"));
        assertThat(chunks.stream().map(chunk -> chunk.path("id").asString()).distinct())
                .hasSize(1);
    }

    @Test
    void logprobsSpellTheAnswerInBytes() throws Exception {
        var answer = json(chat("\"temperature\":0,\"max_tokens\":8,\"logprobs\":true,\"top_logprobs\":2"));
        var spelled = new java.io.ByteArrayOutputStream();
        for (var token : answer.at("/choices/0/logprobs/content")) {
            token.path("bytes").forEach(b -> spelled.write(b.asInt()));
            assertThat(token.path("logprob").asDouble()).isNegative();
            assertThat(token.path("top_logprobs")).hasSize(2);
            assertThat(token.at("/top_logprobs/0/token")).isEqualTo(token.path("token"));
        }
        assertThat(spelled.toString(StandardCharsets.UTF_8))
                .isEqualTo(contents(answer).getFirst());
    }

    @Test
    void biasAndTopKDecideAndStopEndsBeforeItsText() throws Exception {
        var sure = json(chat("\"top_k\":1,\"seed\":1,\"max_tokens\":8"));
        assertThat(contents(sure)).isEqualTo(contents(json(chat("\"temperature\":0,\"max_tokens\":8"))));
        var text = contents(sure).getFirst();
        var word = text.substring(text.indexOf(' '), text.indexOf(' ') + 2);
        var stopped = json(chat("\"temperature\":0,\"max_tokens\":8,\"stop\":[\"%s\"]".formatted(word)));
        assertThat(contents(stopped)).containsExactly(text.substring(0, text.indexOf(word)));
        assertThat(stopped.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        var biased = json(chat("\"temperature\":0,\"max_tokens\":3,\"logit_bias\":{\"4\":100}"));
        assertThat(contents(biased)).containsExactly("!!!");
        assertThat(biased.at("/choices/0/finish_reason").asString()).isEqualTo("length");
    }

    @Test
    void completionsCountOffsetsThroughTheStream() throws Exception {
        var answer = api().post(
                        "/v1/completions",
                        "{\"model\":\"%s\",\"prompt\":\"I would like\",\"echo\":true,\"logprobs\":1,\"max_tokens\":5,\"temperature\":0,\"stream\":true}"
                                .formatted(BASE));
        int at = "I would like".length();
        for (var chunk : chunks(answer)) {
            for (var offset : chunk.at("/choices/0/logprobs/text_offset")) {
                assertThat(offset.asInt()).isEqualTo(at);
                at += chunk.at("/choices/0/text").asString().length();
            }
        }
        assertThat(at).isGreaterThan(15);
    }

    @Test
    void aReaderWhoLeavesFreesItsRow() throws Exception {
        chat("\"max_tokens\":1");
        int before = api().running();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/chat/completions"))
                    .header("Authorization", "Bearer " + TenonContext.ADMIN_KEY)
                    .POST(HttpRequest.BodyPublishers.ofString("""
                            {"model":"%s","messages":[{"role":"user","content":"Hi"}],"stream":true,"n":2,
                             "max_tokens":900,"logit_bias":{"2":-100,"0":-100}}""".formatted(BASE)))
                    .build();
            try (var body = http.send(request, HttpResponse.BodyHandlers.ofInputStream())
                    .body()) {
                assertThat(new String(body.readNBytes(5), StandardCharsets.UTF_8))
                        .isEqualTo("data:");
                assertThat(api().running()).isGreaterThan(before);
            }
        }
        for (int i = 0; i < 50 && api().running() > before; i++) {
            Thread.sleep(100);
        }
        assertThat(api().running()).isEqualTo(before);
    }

    private HttpResponse<String> chat(String fields) throws Exception {
        var answer = api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Can you find me a bus to Fresno?"}],%s}
                        """.formatted(BASE, fields));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static List<String> contents(JsonNode answer) {
        var contents = new ArrayList<String>();
        answer.path("choices")
                .forEach(choice -> contents.add(choice.at("/message/content").asString()));
        return contents;
    }

    private static List<JsonNode> chunks(HttpResponse<String> answer) {
        var chunks = new ArrayList<JsonNode>();
        var lines =
                answer.body().lines().filter(line -> line.startsWith("data: ")).toList();
        assertThat(lines.getLast()).isEqualTo("data: [DONE]");
        lines.subList(0, lines.size() - 1).forEach(line -> chunks.add(JSON.readTree(line.substring(6))));
        return chunks;
    }
}
