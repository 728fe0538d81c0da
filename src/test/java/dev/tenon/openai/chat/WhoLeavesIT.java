package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.tenon.TenonContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Clients that close their connection, or half of it, or send more on it, before their answer has come. */
class WhoLeavesIT extends SmallServer {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String STREAM = ",\"stream\":true";

    @BeforeEach
    void theModelIsLoadedAndNobodyIsThere() throws Exception {
        assertThat(chat(BASE, 1).statusCode()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> client().running() == 0);
    }

    @Test
    void whoeverLeavesBeforeAWholeAnswerFreesItsRowsAndItsPlaceInTheQueue() throws Exception {
        long left = ended(499);
        long answered = ended(200);
        try (var runs = busy(5)) {
            try (var waits = ask(1, "")) {
                await().atMost(PATIENCE).until(() -> client().running() == PLACES);
                assertThat(waits.getInputStream().available()).isZero();
            }
            await().atMost(PATIENCE).until(() -> ended(499) == left + 1);
            assertThat(runs.getInputStream().available())
                    .as("who runs goes on running")
                    .isZero();
        }
        await().atMost(PATIENCE).until(() -> ended(499) == left + 2);
        await().atMost(PATIENCE).until(() -> client().running() == 0);
        assertThat(ended(200)).as("nothing was answered meanwhile").isEqualTo(answered);
    }

    @Test
    void whoStopsSendingIsTakenToHaveLeftUnlessAStreamFindsOut() throws Exception {
        try (var half = busy(4);
                var stream = ask(3, STREAM)) {
            stream.shutdownOutput();
            var streamed = reader(stream);
            for (int pings = 0; pings < 4; pings += streamed.readLine().equals(": ping") ? 1 : 0) {}
            half.shutdownOutput();
            var answer = reader(half);
            assertThat(answer.readLine()).startsWith("HTTP/1.1 499");
            assertThat(answer.lines()).anyMatch(line -> line.contains("client_closed_request"));
            assertThat(streamed.lines()).contains("data: [DONE]");
        }
    }

    @Test
    void requestsThatAreSentAheadAreAnsweredInTheirTurn() throws Exception {
        var second = sized(body(5, ""));
        try (var before = busy(3);
                var sized = new Socket("localhost", port);
                var chunked = new Socket("localhost", port);
                var later = ask(3, "")) {
            sized.getOutputStream().write(joined(sized(body(3, "")), second));
            chunked.getOutputStream().write(joined(chunked(body(3, "")), second));
            await().atMost(PATIENCE).until(() -> client().running() == PLACES);
            later.getOutputStream().write(second);
            // the server looks after its clients every second, and must read over nothing
            Thread.sleep(2 * Reader.SELDOM.toMillis());
            before.close();
            for (var socket : List.of(sized, chunked, later)) {
                var in = reader(socket);
                assertThat(completionTokens(in)).isEqualTo(3);
                assertThat(completionTokens(in)).isEqualTo(5);
                socket.getOutputStream().write(sized(body(2, "")));
                assertThat(completionTokens(in)).as("the connection lasts").isEqualTo(2);
            }
        }
    }

    @Test
    void aStreamThatWaitsSaysSoInCommentsThatNoClientMinds() throws Exception {
        var sdk = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + port + "/v1")
                .apiKey(TenonContext.ADMIN_KEY)
                .build();
        var params = ChatCompletionCreateParams.builder()
                .model(BASE)
                .addUserMessage("Hello")
                .maxCompletionTokens(8)
                .temperature(0)
                .build();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var before = busy(4);
                var waits = ask(8, STREAM)) {
            var in = reader(waits);
            while (!in.readLine().isEmpty()) {}
            var read = CompletableFuture.supplyAsync(
                    () -> {
                        var text = new StringBuilder();
                        try (var stream = sdk.chat().completions().createStreaming(params)) {
                            stream.stream()
                                    .flatMap(chunk -> chunk.choices().stream())
                                    .forEach(choice ->
                                            text.append(choice.delta().content().orElse("")));
                        }
                        return text.toString();
                    },
                    threads);
            await().atMost(PATIENCE).until(() -> client().running() == 6);
            for (int pings = 0; pings < 4; ) {
                var line = data(in);
                assertThat(line).as("nothing else comes while it waits").isIn("", ": ping");
                pings += line.isEmpty() ? 0 : 1;
            }
            before.close();
            var spelled = new StringBuilder();
            for (var line = data(in); !line.equals("data: [DONE]"); line = data(in)) {
                if (line.startsWith("data: ")) {
                    spelled.append(JSON.readTree(line.substring(6))
                            .at("/choices/0/delta/content")
                            .asString(""));
                }
            }
            var whole = json(chat(BASE, 8)).at("/choices/0/message/content").asString();
            assertThat(spelled).asString().isEqualTo(whole);
            assertThat(read.join()).isNotEmpty();
        }
    }

    @Test
    void whoeverLeavesAStreamThatWaitsIsNoticed() throws Exception {
        try (var runs = busy(5)) {
            long over = ended(200);
            try (var waits = ask(1, STREAM)) {
                assertThat(reader(waits).lines().limit(20)).contains(": ping");
            }
            await().atMost(PATIENCE).until(() -> ended(200) == over + 1);
            assertThat(runs.getInputStream().available())
                    .as("its turn had not come")
                    .isZero();
        }
        await().atMost(PATIENCE).until(() -> client().running() == 0);
    }

    /** One that takes both rows, and further places in the queue, for longer than any test needs. */
    private Socket busy(int choices) throws Exception {
        var socket = ask(1000, ",\"logprobs\":true,\"top_logprobs\":20,\"n\":" + choices);
        await().atMost(PATIENCE).until(() -> client().running() == choices);
        return socket;
    }

    /** The chats that ended with this status. */
    private long ended(int status) throws Exception {
        var found = client().get(
                        "/actuator/metrics/http.server.requests?tag=uri:/v1/chat/completions&tag=status:" + status);
        return found.statusCode() == 404
                ? 0
                : json(found).at("/measurements/0/value").asLong();
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next line of a chunked answer that is not the length of a chunk. */
    private static String data(BufferedReader in) throws IOException {
        for (var line = in.readLine(); ; line = in.readLine()) {
            assertThat(line).as("the stream goes on").isNotNull();
            if (!line.matches("[0-9a-f]+")) {
                return line;
            }
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static int completionTokens(BufferedReader in) throws IOException {
        var head = new ArrayList<String>();
        for (var line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            head.add(line);
        }
        assertThat(head.getFirst()).startsWith("HTTP/1.1 200");
        int length = head.stream()
                .filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElseThrow();
        var body = new StringBuilder();
        while (body.toString().getBytes(StandardCharsets.UTF_8).length < length) {
            body.append((char) in.read());
        }
        return JSON.readTree(body.toString()).at("/usage/completion_tokens").asInt();
    }
}
