package dev.tenon.identity;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Digests of keys that were good a moment ago: enough for refusing their callers politely, never for letting them in. */
final class RecentKeys {
    private static final int KEPT = 10_000;
    private static final long MOMENT = Duration.ofMinutes(1).toNanos();

    private final Map<ByteBuffer, Long> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Long> eldest) {
            return size() > KEPT;
        }
    };

    /** Remembers what the database said about a key. */
    synchronized void note(byte[] digest, boolean good) {
        if (good) {
            seen.put(ByteBuffer.wrap(digest), System.nanoTime());
        } else {
            seen.remove(ByteBuffer.wrap(digest));
        }
    }

    synchronized boolean knows(byte[] digest) {
        var at = seen.get(ByteBuffer.wrap(digest));
        return at != null && System.nanoTime() - at < MOMENT;
    }
}
