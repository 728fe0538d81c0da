package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import dev.tenon.openai.client.ApiClient;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What a request costs a full server: nothing of it is read, and nobody is asked about it. */
@TenonIT(properties = {"tenon.serving.rows=1", "tenon.serving.queue=3"})
class NoPlaceIT {
    private static final int PLACES = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String CHAT = "/v1/chat/completions";
    private static final String GOOD = """
            {"model":"tenon-base-7m","messages":[{"role":"user","content":"Hello"}],"max_tokens":1}""";

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient database;

    @Autowired
    PlatformTransactionManager transactions;

    private Socket guests = new Socket();

    /** Four answers of one request that take long take all places. */
    private void fill() throws Exception {
        assertThat(client().post(CHAT, GOOD).statusCode()).isEqualTo(200);
        guests = new Socket("localhost", port);
        var body = """
                {"model":"tenon-base-7m","messages":[{"role":"user","content":"Hi"}],"stream":true,"n":%d,
                 "max_tokens":1000,"logit_bias":{"2":-100,"0":-100}}""".formatted(PLACES);
        send(guests, TenonContext.ADMIN_KEY, body.length(), body);
        await().atMost(PATIENCE).until(() -> client().running() == PLACES);
    }

    @AfterEach
    void leave() throws Exception {
        guests.close();
        await().atMost(PATIENCE).until(() -> client().running() == 0);
        assertThat(client().post(CHAT, GOOD).statusCode()).isEqualTo(200);
    }

    @Test
    void aFullServerSaysSoBeforeItLooksAtTheRequest() throws Exception {
        fill();
        refused(client().post(CHAT, GOOD));
        refused(client().post(CHAT, "this is no JSON"));
        refused(client().post(CHAT, GOOD.replace("tenon-base-7m", "no-such-model")));
        refused(client().post(CHAT, GOOD.replace("\"max_tokens\":1", "\"max_tokens\":-1")));
        refused(client().post("/v1/completions", "{}"));
        // all else goes on
        assertThat(client().get("/v1/models").statusCode()).isEqualTo(200);
    }

    @Test
    void itDoesNotWaitForTheBody() throws Exception {
        fill();
        try (var slow = new Socket("localhost", port)) {
            send(slow, TenonContext.ADMIN_KEY, 1_000_000, "");
            slow.setSoTimeout((int) PATIENCE.toMillis());
            var answer = new StringBuilder();
            while (!answer.toString().endsWith("}}")) {
                int read = slow.getInputStream().read();
                assertThat(read).as("the whole refusal comes first: " + answer).isNotNegative();
                answer.append((char) read);
            }
            assertThat(answer)
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("\r\nRetry-After: 1\r\n")
                    .containsIgnoringCase("\r\nx-request-id: req_")
                    .containsIgnoringCase("\r\nX-Content-Type-Options: nosniff\r\n")
                    .containsIgnoringCase("\r\nContent-Security-Policy: default-src 'self';")
                    .containsIgnoringCase("\r\nCache-Control: no-cache, no-store,");
            var body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            assertThat(JsonMapper.shared().readTree(body).at("/error/code").asString())
                    .isEqualTo("server_overloaded");
        }
    }

    @Test
    void itDoesNotAskTheDatabaseAboutAKeyThatItKnows() throws Exception {
        fill();
        // nobody can read a key while this transaction lasts
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            database.sql("lock table api_key in access exclusive mode").update();
            try {
                refused(client().post(CHAT, GOOD));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** While nobody can read a key, one more request comes than there are places. */
    @Test
    void aCrowdDoesNotQueueForTheDatabase() throws Exception {
        assertThat(client().post(CHAT, GOOD).statusCode()).isEqualTo(200);
        try (var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ExecutorCompletionService<HttpResponse<String>>(crowd);
            new TransactionTemplate(transactions).executeWithoutResult(status -> {
                database.sql("lock table api_key in access exclusive mode").update();
                for (int i = 0; i <= PLACES; i++) {
                    answers.submit(() -> client().post(CHAT, GOOD));
                }
                refused(next(answers));
            });
            for (int i = 0; i < PLACES; i++) {
                assertThat(next(answers).statusCode()).isEqualTo(200);
            }
        }
    }

    /** Whoever was let by is sure of a place, but not for as long as a body takes that never ends. */
    @Test
    void whoIsOnTheWayHasAPlaceForAWhile() throws Exception {
        assertThat(client().post(CHAT, GOOD).statusCode()).isEqualTo(200);
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < PLACES; i++) {
                slow.add(new Socket("localhost", port));
                send(slow.getLast(), TenonContext.ADMIN_KEY, GOOD.length(), "");
            }
            await().atMost(PATIENCE).until(() -> client().post(CHAT, GOOD).statusCode() == 503);
            slow.getFirst().getOutputStream().write(GOOD.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(slow.getFirst().getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            await().atMost(PATIENCE).until(() -> client().post(CHAT, GOOD).statusCode() == 200);
        } finally {
            for (var socket : slow) {
                socket.close();
            }
        }
    }

    private static HttpResponse<String> next(ExecutorCompletionService<HttpResponse<String>> answers) {
        try {
            return answers.take().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoHasNoKeyLearnsOnlyThat() throws Exception {
        fill();
        for (var stranger : new String[] {"tenon-" + "x".repeat(43), "something else"}) {
            try (var socket = new Socket("localhost", port)) {
                send(socket, stranger, GOOD.length(), GOOD);
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 401");
            }
        }
    }

    private static void refused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.headers().firstValue("x-should-retry")).contains("true");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        var error = error(answer);
        assertThat(error.path("code").asString()).isEqualTo("server_overloaded");
        assertThat(error.path("type").asString()).isEqualTo("server_error");
        assertThat(error.path("param").isNull()).isTrue();
        assertThat(error.path("message").asString()).contains("4 requests are running or waiting");
    }

    private static void send(Socket socket, String key, int length, String body) throws IOException {
        var head =
                "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                                .formatted(CHAT, key)
                        + "Content-Length: %d\r\n\r\n".formatted(length);
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    }

    private ApiClient client() {
        return ApiClient.admin(port);
    }
}
