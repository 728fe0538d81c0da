package dev.tenon.serving;

import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use a cached value; it stays in memory until every lease on it is closed. */
final class Lease<V extends AutoCloseable> implements AutoCloseable {
    private final LeasedCache<V> cache;
    private final LeasedCache.Entry<V> entry;
    private final V value;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private boolean pinned;

    Lease(LeasedCache<V> cache, LeasedCache.Entry<V> entry, V value) {
        this.cache = cache;
        this.entry = entry;
        this.value = value;
    }

    V value() {
        return value;
    }

    /** Makes this lease one that keeps the value in memory without being a running request. */
    Lease<V> pin() {
        cache.pin(entry);
        pinned = true;
        return this;
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        if (pinned) {
            cache.unpin(entry);
        } else {
            cache.release(entry);
        }
    }
}
