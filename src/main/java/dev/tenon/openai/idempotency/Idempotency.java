package dev.tenon.openai.idempotency;

import dev.tenon.core.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes a create safe to repeat. With an Idempotency-Key: the same key and body give the same answer for 24 hours,
 * another body is refused, one still running is a 409. Without one, an identical create that the SDK marks as its own
 * retry is folded into the first for a short while. The answer is stored in the transaction of the effect.
 */
@Component
public class Idempotency {
    private static final String KEPT = "24 hours";
    /** Longer than the ten minutes after which the SDKs time out and repeat. */
    private static final String FOLDED = "15 minutes";

    private final IdempotencyRows rows;
    private final TransactionTemplate transaction;

    Idempotency(IdempotencyRows rows, PlatformTransactionManager manager) {
        this.rows = rows;
        this.transaction = new TransactionTemplate(manager);
    }

    /** An answer and whether it was given before. */
    public record Answer(int status, String json, boolean replayed) {}

    public Answer once(
            HttpServletRequest request, String orgId, String endpoint, String canonicalBody, Supplier<String> create) {
        var retry = RetryScope.of(request, orgId, endpoint);
        var digest = Digests.of(canonicalBody);
        try {
            return Objects.requireNonNull(transaction.execute(status -> retry.key() != null
                    ? keyed(retry.scope(), retry.key(), digest, create)
                    : folded(retry, digest, create)));
        } catch (CannotAcquireLockException | QueryTimeoutException e) {
            throw Problem.conflict(
                            null,
                            "idempotency_in_flight",
                            "A request with the same Idempotency-Key or body is still running; repeat it shortly.")
                    .with("retry_after_seconds", 2);
        }
    }

    private Answer keyed(String scope, String key, String digest, Supplier<String> create) {
        rows.lock(scope, key);
        var stored = rows.find(scope, key);
        if (stored.isEmpty()) {
            return store(scope, key, digest, KEPT, create);
        }
        if (!stored.get().bodyDigest().equals(digest)) {
            throw Problem.unprocessable(
                    "Idempotency-Key",
                    "idempotency_key_reused",
                    "This Idempotency-Key was used within 24 hours with another body; use a new key for a new request.");
        }
        return new Answer(stored.get().status(), stored.get().answer(), true);
    }

    private Answer folded(RetryScope retry, String digest, Supplier<String> create) {
        var key = "body:" + digest;
        rows.lock(retry.scope(), key);
        var stored = retry.retried() ? rows.find(retry.scope(), key) : java.util.Optional.<IdempotencyRows.Row>empty();
        return stored.map(row -> new Answer(row.status(), row.answer(), true))
                .orElseGet(() -> store(retry.scope(), key, digest, FOLDED, create));
    }

    private Answer store(String scope, String key, String digest, String lifetime, Supplier<String> create) {
        var json = create.get();
        rows.put(scope, key, digest, 200, json, lifetime);
        rows.sweep();
        return new Answer(200, json, false);
    }
}
