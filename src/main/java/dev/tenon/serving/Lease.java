package dev.tenon.serving;

import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use a cached value; it stays in memory until every lease on it is closed. */
final class Lease<V extends AutoCloseable> implements AutoCloseable {
    private final LeasedCache<V> cache;
    private final LeasedCache.Entry<V> entry;
    private final V value;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Lease(LeasedCache<V> cache, LeasedCache.Entry<V> entry, V value) {
        this.cache = cache;
        this.entry = entry;
        this.value = value;
    }

    V value() {
        return value;
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            cache.release(entry);
        }
    }
}
