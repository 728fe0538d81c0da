package dev.tenon.openai.chat;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events as OpenAI's clients read them; a write that fails means the client is gone. */
final class EventStream {
    private final OutputStream out;
    private final JsonMapper json;

    private EventStream(OutputStream out, JsonMapper json) {
        this.out = out;
        this.json = json;
    }

    /** Commits the response: from here on failures travel as events. */
    static EventStream open(HttpServletResponse response, JsonMapper json) throws IOException {
        response.setStatus(200);
        response.setContentType("text/event-stream");
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader("Cache-Control", "no-cache");
        // proxies that collect answers would undo the streaming
        response.setHeader("X-Accel-Buffering", "no");
        return new EventStream(response.getOutputStream(), json);
    }

    void data(Object value) throws IOException {
        write("data: " + json.writeValueAsString(value) + "\n\n");
    }

    /** A comment that keeps proxies and clients waiting, and finds out whether they still are. */
    void ping() throws IOException {
        write(": ping\n\n");
    }

    void done() throws IOException {
        write("data: [DONE]\n\n");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
