package dev.tenon.identity;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Digests of keys that were good a moment ago: enough for refusing their callers politely, never for letting them in. */
final class RecentKeys {
    private static final int KEPT = 10_000;
    private static final long MOMENT = Duration.ofMinutes(1).toNanos();

    private final Map<ByteBuffer, Good> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Good> eldest) {
            return size() > KEPT;
        }
    };

    private record Good(String orgId, long at) {}

    /**
     * Remembers what the database said about a key.
     *
     * @param orgId whose key it is, or null where it is not good
     */
    synchronized void note(byte[] digest, @Nullable String orgId) {
        if (orgId != null) {
            seen.put(ByteBuffer.wrap(digest), new Good(orgId, System.nanoTime()));
        } else {
            seen.remove(ByteBuffer.wrap(digest));
        }
    }

    /** Whose key it was a moment ago. */
    synchronized Optional<String> organisation(byte[] digest) {
        return Optional.ofNullable(seen.get(ByteBuffer.wrap(digest)))
                .filter(good -> System.nanoTime() - good.at() < MOMENT)
                .map(Good::orgId);
    }
}
