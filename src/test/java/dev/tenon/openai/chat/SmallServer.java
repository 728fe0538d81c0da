package dev.tenon.openai.chat;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import dev.tenon.openai.client.ApiClient;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A server of two rows and four places to wait, asked over sockets whose every byte and end the test decides. */
@TenonIT(
        properties = {
            "tenon.serving.rows=2",
            "tenon.serving.queue=4",
            "tenon.serving.adapter-memory=100KB",
            "tenon.streams.ping=250ms",
            "server.tomcat.connection-timeout=3s"
        })
abstract class SmallServer {
    static final int PLACES = 6;
    static final Duration PATIENCE = Duration.ofSeconds(120);
    static final String BASE = "tenon-base-7m";
    private static final String HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + TenonContext.ADMIN_KEY + "\r\nContent-Type: application/json\r\n";

    @LocalServerPort
    int port;

    /** A chat that never ends by itself. */
    static String body(int tokens, String more) {
        return """
                {"model":"%s","messages":[{"role":"user","content":"Hello"}],"max_tokens":%d,"temperature":0,
                 "logit_bias":{"2":-100,"0":-100}%s}""".formatted(BASE, tokens, more);
    }

    /** The bytes of a request whose length is told beforehand. */
    static byte[] sized(String body) {
        return (HEAD + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /** The same in two chunks. */
    static byte[] chunked(String body) {
        int half = body.length() / 2;
        return (HEAD + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(half) + "\r\n"
                        + body.substring(0, half) + "\r\n" + Integer.toHexString(body.length() - half) + "\r\n"
                        + body.substring(half) + "\r\n0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Connects and sends one chat. */
    Socket ask(int tokens, String more) throws IOException {
        var socket = new Socket("localhost", port);
        socket.getOutputStream().write(sized(body(tokens, more)));
        return socket;
    }

    HttpResponse<String> chat(String model, int tokens) throws Exception {
        return client().post("/v1/chat/completions", body(tokens, "").replace(BASE, model));
    }

    ApiClient client() {
        return ApiClient.admin(port);
    }
}
