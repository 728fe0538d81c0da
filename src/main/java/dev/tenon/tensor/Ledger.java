package dev.tenon.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the tensor handles that Java holds and their bytes. Views (slices, transposes) count as handles of no bytes;
 * what autograd saves between forward and backward is libtorch's and not seen here.
 */
public final class Ledger {
    private static final AtomicLong HANDLES = new AtomicLong();
    private static final LongAdder MADE = new LongAdder();
    private static final Map<Device, Account> ACCOUNTS = new ConcurrentHashMap<>();

    private Ledger() {}

    public static long liveTensors() {
        return HANDLES.get();
    }

    /** Handles that there have ever been: what goes on without it growing makes no tensors. */
    public static long madeTensors() {
        return MADE.sum();
    }

    /** Bytes held on all devices. */
    public static long liveBytes() {
        return ACCOUNTS.values().stream()
                .mapToLong(account -> account.live.get())
                .sum();
    }

    /** The most bytes held on any one device since the last {@link #resetPeak}. */
    public static long peakBytes() {
        return ACCOUNTS.values().stream()
                .mapToLong(account -> account.peak.get())
                .max()
                .orElse(0);
    }

    public static long liveBytes(Device device) {
        return account(device).live.get();
    }

    /** The most bytes held at once since the last {@link #resetPeak}. */
    public static long peakBytes(Device device) {
        return account(device).peak.get();
    }

    public static void resetPeak() {
        ACCOUNTS.values().forEach(account -> account.peak.set(account.live.get()));
    }

    static void opened(Device device, long bytes) {
        HANDLES.incrementAndGet();
        MADE.increment();
        if (bytes > 0) {
            Account account = account(device);
            long now = account.live.addAndGet(bytes);
            if (now > account.peak.get()) {
                account.peak.accumulateAndGet(now, Math::max);
            }
        }
    }

    static void closed(Device device, long bytes) {
        HANDLES.decrementAndGet();
        if (bytes > 0) {
            account(device).live.addAndGet(-bytes);
        }
    }

    private static Account account(Device device) {
        Account account = ACCOUNTS.get(device);
        return account != null ? account : ACCOUNTS.computeIfAbsent(device, any -> new Account());
    }

    private static final class Account {
        final AtomicLong live = new AtomicLong();
        final AtomicLong peak = new AtomicLong();
    }
}
