package dev.tenon.identity;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The answers of the security filters to programs, in the error shape of the OpenAI API. */
final class Refusals {
    private Refusals() {}

    static void unauthenticated(HttpServletResponse response, String message) throws IOException {
        response.setHeader("WWW-Authenticate", "Bearer");
        write(response, 401, "invalid_api_key", message);
    }

    static void forbidden(HttpServletResponse response, String message) throws IOException {
        write(response, 403, "forbidden", message);
    }

    /** The messages are ours and hold nothing that JSON would escape. */
    private static void write(HttpServletResponse response, int status, String code, String message)
            throws IOException {
        var body = "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"%s\"}}"
                .formatted(message, code)
                .getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
