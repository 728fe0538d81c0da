package dev.tenon.tensor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts live tensor handles and the bytes they stand for. Views count as their own size, so {@link #liveBytes} is an
 * upper bound of what libtorch holds for us; what a tape keeps internally is not seen here.
 */
public final class Ledger {
    private static final AtomicLong TENSORS = new AtomicLong();
    private static final AtomicLong BYTES = new AtomicLong();
    private static final AtomicLong PEAK = new AtomicLong();

    private Ledger() {}

    static void opened() {
        TENSORS.incrementAndGet();
    }

    static void sized(long bytes) {
        PEAK.accumulateAndGet(BYTES.addAndGet(bytes), Math::max);
    }

    static void closed(long bytes) {
        TENSORS.decrementAndGet();
        BYTES.addAndGet(-bytes);
    }

    /** Handles not yet closed. */
    public static long liveTensors() {
        return TENSORS.get();
    }

    /** Bytes of the tensors in detached scopes: weights, adapters, caches. */
    public static long liveBytes() {
        return BYTES.get();
    }

    /** The largest {@link #liveBytes} since {@link #resetPeak}. */
    public static long peakBytes() {
        return PEAK.get();
    }

    public static void resetPeak() {
        PEAK.set(BYTES.get());
    }
}
