package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A problem as the wire shows it: status, headers for the SDKs' retry logic, and {@code {"error":{…}}}. */
public record ErrorAnswer(int status, Map<String, String> headers, Map<String, @Nullable Object> body) {
    private static final String RETRY_AFTER = "retry_after_seconds";

    /** All four keys of the error object are always there; details follow them. */
    public static ErrorAnswer of(Problem problem) {
        return new ErrorAnswer(problem.status(), headers(problem), body(problem));
    }

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
