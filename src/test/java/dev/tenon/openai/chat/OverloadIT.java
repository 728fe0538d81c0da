package dev.tenon.openai.chat;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.openai.client.RandomLora;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small server that is asked for far more than it can do, by people who do not read and people who leave. */
class OverloadIT extends SmallServer {
    @TempDir
    Path disk;

    @Test
    void whoeverFindsNoPlaceIsToldWhenToComeAgain() throws Exception {
        chat(BASE, 1);
        int asked = 10 * PLACES;
        var tasks = new ArrayList<Callable<HttpResponse<String>>>();
        for (int i = 0; i < asked; i++) {
            tasks.add(() -> chat(BASE, 64));
        }
        int answered = 0;
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var future : clients.invokeAll(tasks)) {
                var answer = future.get();
                if (answer.statusCode() == 200) {
                    answered++;
                } else {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                    assertThat(error(answer).path("code").asString()).isEqualTo("server_overloaded");
                }
            }
        }
        // as many as there are places got one, and there were never more inside than that
        assertThat(answered).isGreaterThanOrEqualTo(PLACES).isLessThan(asked);
        await().atMost(PATIENCE).until(() -> client().running() == 0);
    }

    @Test
    void aReaderThatNeverReadsIsCutAndItsRowsAreFree() throws Exception {
        chat(BASE, 1);
        try (var lazy = new Socket()) {
            lazy.setReceiveBufferSize(4096);
            lazy.connect(new InetSocketAddress("localhost", port));
            // far more bytes than the buffers between the two hold
            lazy.getOutputStream()
                    .write(sized(body(1000, ",\"stream\":true,\"n\":6,\"logprobs\":true,\"top_logprobs\":20")));
            await().atMost(PATIENCE).until(() -> client().running() > 0);
            await().atMost(PATIENCE).until(() -> client().running() == 0);
            assertThat(cut(lazy.getInputStream()))
                    .as("the stream ends before its end")
                    .isTrue();
        }
        assertThat(chat(BASE, 1).statusCode()).isEqualTo(200);
    }

    @Test
    void whoLeavesFreesItsPlace() throws Exception {
        chat(BASE, 1);
        for (int i = 0; i < 3 * PLACES; i++) {
            try (var brief = ask(900, ",\"stream\":true")) {
                assertThat(brief.getInputStream().read()).isEqualTo('H');
            }
        }
        await().atMost(PATIENCE).until(() -> client().running() == 0);
        assertThat(chat(BASE, 1).statusCode()).isEqualTo(200);
    }

    @Test
    void anAdapterThatCanNeverFitIsRefusedAndDisturbsNobody() throws Exception {
        var large = RandomLora.write(disk.resolve("large"), 1, 0.05, 8);
        var loaded = client().post(
                        "/v1/load_lora_adapter", "{\"lora_name\":\"large\",\"lora_path\":\"%s\"}".formatted(large));
        // no waiting helps, and SDKs repeat what is answered with 503
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(400);
        assertThat(loaded.headers().firstValue("Retry-After")).isEmpty();
        assertThat(error(loaded).path("code").asString()).isEqualTo("too_large_to_serve");
        assertThat(error(loaded).path("message").asString())
                .contains("tenon.serving.adapter-memory", Integer.toString(100 << 10))
                .containsPattern("needs 26[0-9]{4} bytes");
        var small = RandomLora.write(disk.resolve("small"), 2, 0.05, 2);
        assertThat(client().post(
                                "/v1/load_lora_adapter",
                                "{\"lora_name\":\"small\",\"lora_path\":\"%s\"}".formatted(small))
                        .statusCode())
                .isEqualTo(200);
        assertThat(chat("small", 4).statusCode()).isEqualTo(200);
    }

    /** Whether the connection was broken off: what came does not end as a stream ends. */
    private static boolean cut(InputStream stream) {
        var end = new StringBuilder();
        var buffer = new byte[1 << 16];
        try {
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                end.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
                end.delete(0, Math.max(0, end.length() - 64));
            }
        } catch (IOException reset) {
            return true;
        }
        return !end.toString().contains("[DONE]");
    }
}
