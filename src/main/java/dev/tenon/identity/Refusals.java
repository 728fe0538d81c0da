package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The answers of the security filters to programs, in the error shape that the path's clients read. */
final class Refusals {
    private Refusals() {}

    static void withoutKey(HttpServletRequest request, HttpServletResponse response) throws IOException {
        unauthenticated(
                request, response, "You sent no API key. Send one in the header 'Authorization: Bearer tenon-...'.");
    }

    static void unauthenticated(HttpServletRequest request, HttpServletResponse response, String message)
            throws IOException {
        response.setHeader("WWW-Authenticate", "Bearer");
        write(request, response, 401, "invalid_api_key", message);
    }

    static void forbidden(HttpServletRequest request, HttpServletResponse response, String message) throws IOException {
        write(request, response, 403, "forbidden", message);
    }

    /** The messages are ours and hold nothing that JSON would escape. */
    private static void write(
            HttpServletRequest request, HttpServletResponse response, int status, String code, String message)
            throws IOException {
        var shape = TextGenerationPaths.asked(request)
                ? "{\"error\":\"%s\",\"error_type\":\"unauthorized\"}"
                : "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"%s\"}}";
        var body = shape.formatted(message, code).getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
