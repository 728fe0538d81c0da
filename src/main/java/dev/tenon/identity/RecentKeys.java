package dev.tenon.identity;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Digests of keys that were good a moment ago: enough for refusing their callers politely, never for letting them in. */
@Component
final class RecentKeys {
    static final Duration MOMENT = Duration.ofMinutes(1);
    private static final int KEPT = 10_000;

    private final LongSupplier clock;
    private final Map<ByteBuffer, Good> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Good> eldest) {
            return size() > KEPT;
        }
    };

    private record Good(String orgId, long at) {}

    @Autowired
    RecentKeys() {
        this(System::nanoTime);
    }

    /** @param clock nanoseconds that only ever grow */
    RecentKeys(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Remembers what the database said about a key.
     *
     * @param orgId whose key it is, or null where it is not good
     */
    synchronized void note(byte[] digest, @Nullable String orgId) {
        if (orgId != null) {
            seen.put(ByteBuffer.wrap(digest), new Good(orgId, clock.getAsLong()));
        } else {
            seen.remove(ByteBuffer.wrap(digest));
        }
    }

    /**
     * Whose live key this was less than a moment ago, as far as this process knows; asks nobody. The first that comes after
     * that hears nothing and looks the key up, while for the crowd behind it the key is as good as it was.
     */
    synchronized Optional<String> organisation(String secret) {
        var digest = ByteBuffer.wrap(Secrets.digest(secret));
        var good = seen.get(digest);
        if (good == null) {
            return Optional.empty();
        }
        long now = clock.getAsLong();
        if (now - good.at() < MOMENT.toNanos()) {
            return Optional.of(good.orgId());
        }
        seen.put(digest, new Good(good.orgId(), now));
        return Optional.empty();
    }
}
