package dev.tenon.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the caller can act on. Every HTTP endpoint renders it as {@code {"error":{message, type, param,
 * code}}} with its status; {@code details} become further keys of the error object.
 */
public final class Problem extends RuntimeException {
    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;
    private final transient Map<String, Object> details;

    public Problem(
            int status,
            String type,
            @Nullable String param,
            @Nullable String code,
            String message,
            Map<String, Object> details) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.details = Map.copyOf(details);
    }

    /** 400: the request itself is wrong; {@code param} names the field, the message the fix. */
    public static Problem invalid(@Nullable String param, String code, String message) {
        return new Problem(400, "invalid_request_error", param, code, message, Map.of());
    }

    /** 401: no valid credentials. */
    public static Problem unauthenticated(String message) {
        return new Problem(401, "invalid_request_error", null, "invalid_api_key", message, Map.of());
    }

    /** 403: valid credentials that may not do this. */
    public static Problem forbidden(String message) {
        return new Problem(403, "invalid_request_error", null, "forbidden", message, Map.of());
    }

    /** 404: nothing of this name for this tenant. */
    public static Problem notFound(@Nullable String param, String code, String message) {
        return new Problem(404, "invalid_request_error", param, code, message, Map.of());
    }

    /** 409: in conflict with the present state. */
    public static Problem conflict(@Nullable String param, String code, String message) {
        return new Problem(409, "invalid_request_error", param, code, message, Map.of());
    }

    /** 413: larger than the limit that the message names. */
    public static Problem tooLarge(@Nullable String param, String message) {
        return new Problem(413, "invalid_request_error", param, "too_large", message, Map.of());
    }

    /** 499, as servers call it among themselves: whoever asked left before the answer. It is seen only by who still reads. */
    public static Problem left(String message) {
        return new Problem(499, "invalid_request_error", null, "client_closed_request", message, Map.of());
    }

    /** 422: well formed, but not with what was said before (idempotency keys). */
    public static Problem unprocessable(@Nullable String param, String code, String message) {
        return new Problem(422, "invalid_request_error", param, code, message, Map.of());
    }

    /** 503: try again after the given seconds. */
    public static Problem unavailable(String code, String message, int retryAfterSeconds) {
        return new Problem(503, "server_error", null, code, message, Map.of("retry_after_seconds", retryAfterSeconds));
    }

    /** The same problem with one more key in the error object. */
    public Problem with(String key, Object value) {
        var more = new java.util.LinkedHashMap<String, Object>(details);
        more.put(key, value);
        return new Problem(status, type, param, code, message(), more);
    }

    /** Whether the same request may succeed later: what waiting cannot help has another status than 429 and 5xx. */
    public boolean mayPass() {
        return status == 429 || status >= 500;
    }

    /** Whether nobody waits for the answer any more, so that nothing else need be tried. */
    public boolean nobodyWaits() {
        return status == 499;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public @Nullable String param() {
        return param;
    }

    public @Nullable String code() {
        return code;
    }

    public String message() {
        return java.util.Objects.requireNonNull(getMessage());
    }

    public Map<String, Object> details() {
        return details;
    }
}
