package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import dev.tenon.identity.TextGenerationPaths;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A problem as the wire shows it: status, headers for the SDKs' retry logic, and {@code {"error":{…}}}; where the
 * conventions of text generation hold, {@code {"error":"…","error_type":"…"}}.
 */
public record ErrorAnswer(int status, Map<String, String> headers, Map<String, @Nullable Object> body) {
    private static final String RETRY_AFTER = "retry_after_seconds";

    /** In the words of those who use the path of the request. */
    public static ErrorAnswer of(HttpServletRequest request, Problem problem) {
        var body = TextGenerationPaths.asked(request) ? flat(problem) : body(problem);
        return new ErrorAnswer(problem.status(), headers(problem), body);
    }

    /** The types are those that clients of text generation servers know. */
    public static Map<String, @Nullable Object> flat(Problem problem) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("error", problem.message());
        body.put("error_type", flatType(problem.status()));
        return body;
    }

    private static String flatType(int status) {
        return switch (status) {
            case 400, 413, 422 -> "validation";
            case 401, 403 -> "unauthorized";
            case 404 -> "not_found";
            case 429, 503 -> "overloaded";
            default -> status < 500 ? "invalid_request" : "generation";
        };
    }

    /** All four keys of the error object are always there; details follow them. */
    public static Map<String, @Nullable Object> body(Problem problem) {
        var error = new LinkedHashMap<String, @Nullable Object>();
        error.put("message", problem.message());
        error.put("type", problem.type());
        error.put("param", problem.param());
        error.put("code", problem.code());
        problem.details().forEach(error::putIfAbsent);
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("error", error);
        return body;
    }

    /** SDKs retry 408, 409, 429 and 5xx by themselves: say so where waiting helps, forbid it where it cannot. */
    private static Map<String, String> headers(Problem problem) {
        var headers = new LinkedHashMap<String, String>();
        var wait = problem.details().get(RETRY_AFTER);
        if (wait != null) {
            headers.put("Retry-After", wait.toString());
            headers.put("x-should-retry", "true");
        } else if (problem.status() < 500 && problem.status() != 429) {
            headers.put("x-should-retry", "false");
        }
        if (problem.status() == 401) {
            headers.put("WWW-Authenticate", "Bearer");
        }
        return headers;
    }
}
