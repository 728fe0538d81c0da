package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds the requests that generate or wait; whoever comes beyond is refused at once with a wait. For every organisation that
 * asked lately and has less than an equal share, one place is kept from those that have theirs: however many requests one of
 * them sends, the others get in, one after the other up to their share.
 */
final class Admission {
    /** So long a place is kept for an organisation that does not come back. */
    static final Duration LATELY = Duration.ofSeconds(10);

    private final int bound;
    private final LongSupplier clock;
    private final Map<String, Asking> organisations = new HashMap<>();
    private int inside;

    private static final class Asking {
        private int inside;
        private long at;
    }

    /** @param clock nanoseconds that only ever grow */
    Admission(int bound, LongSupplier clock) {
        this.bound = bound;
        this.clock = clock;
    }

    /** @throws Problem 503 where all places are taken, 429 where those that are left are kept for others */
    synchronized void enter(String orgId) {
        requirePlaces(orgId, 1);
        inside++;
        asking(orgId).inside++;
    }

    /** Throws what {@link #enter} would at the last of so many; nobody is let in. */
    synchronized void requirePlaces(String orgId, int count) {
        var own = asking(orgId);
        own.at = clock.getAsLong();
        if (inside + count > bound) {
            throw Problem.unavailable(
                    "server_overloaded",
                    "The server is busy: %d requests are running or waiting. Repeat the request shortly."
                            .formatted(bound),
                    1);
        }
        forgetAbsent();
        int share = bound / organisations.size();
        if (own.inside >= share && inside + count + kept(own, share) > bound) {
            throw new Problem(
                    429,
                    "rate_limit_error",
                    null,
                    "organization_overloaded",
                    ("Your organisation has %d of %d places, and what is left is kept for others who ask. Repeat the"
                                    + " request shortly.")
                            .formatted(own.inside, bound),
                    Map.of("retry_after_seconds", 1));
        }
    }

    private long kept(Asking own, int share) {
        return organisations.values().stream()
                .filter(other -> other != own && other.inside < share)
                .count();
    }

    private Asking asking(String orgId) {
        return organisations.computeIfAbsent(orgId, any -> new Asking());
    }

    private void forgetAbsent() {
        long now = clock.getAsLong();
        organisations.values().removeIf(one -> one.inside == 0 && now - one.at > LATELY.toNanos());
    }

    synchronized void leave(String orgId) {
        inside--;
        asking(orgId).inside--;
    }

    synchronized int inside() {
        return inside;
    }
}
