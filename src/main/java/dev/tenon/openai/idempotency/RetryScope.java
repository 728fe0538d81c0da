package dev.tenon.openai.idempotency;

import dev.tenon.core.Problem;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about being a repetition.
 *
 * @param scope who repeats what: organisation, credentials and endpoint
 * @param key the client's Idempotency-Key, null where it sent none
 * @param retried whether the SDK says that this is not its first attempt
 */
record RetryScope(String scope, @Nullable String key, boolean retried) {
    private static final int LONGEST_KEY = 255;

    static RetryScope of(HttpServletRequest request, String orgId, String endpoint) {
        var key = request.getHeader("Idempotency-Key");
        if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
            throw Problem.invalid(
                    "Idempotency-Key",
                    "invalid_idempotency_key",
                    "The header Idempotency-Key must have 1 to %d characters.".formatted(LONGEST_KEY));
        }
        if (key != null) {
            return new RetryScope(orgId + " " + endpoint, key, false);
        }
        var credentials = request.getHeader("Authorization");
        var caller = Digests.of(credentials == null ? "session" : credentials);
        return new RetryScope(orgId + " " + endpoint + " " + caller, null, isRetry(request));
    }

    private static boolean isRetry(HttpServletRequest request) {
        var count = request.getHeader("X-Stainless-Retry-Count");
        return count != null && count.length() <= 4 && count.matches("[1-9][0-9]*");
    }
}
