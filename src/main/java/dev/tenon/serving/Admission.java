package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds the requests that generate or wait; whoever comes beyond is refused at once with a wait. For every organisation that
 * asked lately and has less than an equal share, one place is kept from those that have theirs: however many requests one of
 * them sends, the others get in, one after the other up to their share. A request that was told to come in has its place from
 * then on, so that a crowd is turned away at the door and not after its keys were looked up and its models resolved.
 */
final class Admission {
    /** So long a place is kept for an organisation that does not come back. */
    static final Duration LATELY = Duration.ofSeconds(10);

    /** So long a place is kept for a request that does not arrive, such as one whose body never ends. */
    static final Duration ON_THE_WAY = Duration.ofSeconds(5);

    private final int bound;
    private final LongSupplier clock;
    private final Map<String, Asking> organisations = new HashMap<>();
    private final Deque<Kept> onTheWay = new ArrayDeque<>();
    private int inside;

    private static final class Asking {
        private int inside;
        private long at;
    }

    private final class Kept implements Place {
        private final String orgId;
        private final long since = clock.getAsLong();

        Kept(String orgId) {
            this.orgId = orgId;
        }

        @Override
        public void close() {
            synchronized (Admission.this) {
                if (onTheWay.remove(this)) {
                    leave(orgId);
                }
            }
        }
    }

    /** @param clock nanoseconds that only ever grow */
    Admission(int bound, LongSupplier clock) {
        this.bound = bound;
        this.clock = clock;
    }

    /** @throws Problem 503 where all places are taken, 429 where those that are left are kept for others */
    synchronized void enter(String orgId) {
        giveUpLate();
        requirePlace(orgId);
        inside++;
        asking(orgId).inside++;
    }

    /** Enters on behalf of a request that is on its way and counts from now on. */
    synchronized Place reserve(String orgId) {
        enter(orgId);
        var kept = new Kept(orgId);
        onTheWay.addLast(kept);
        return kept;
    }

    /** Enters in the place that was kept; anew where it is kept no more. */
    synchronized void enter(String orgId, Place place) {
        if (!(place instanceof Kept kept && kept.orgId.equals(orgId) && onTheWay.remove(kept))) {
            enter(orgId);
        }
    }

    private void giveUpLate() {
        long now = clock.getAsLong();
        for (var oldest = onTheWay.peek();
                oldest != null && now - oldest.since > ON_THE_WAY.toNanos();
                oldest = onTheWay.peek()) {
            oldest.close();
        }
    }

    private void requirePlace(String orgId) {
        var own = asking(orgId);
        own.at = clock.getAsLong();
        if (inside >= bound) {
            throw Problem.unavailable(
                    "server_overloaded",
                    "The server is busy: %d requests are running or waiting. Repeat the request shortly."
                            .formatted(bound),
                    1);
        }
        forgetAbsent();
        int share = bound / organisations.size();
        if (own.inside >= share && inside + kept(own, share) >= bound) {
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
