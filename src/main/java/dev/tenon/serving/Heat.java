package dev.tenon.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The recent work on each base and what part of it every adapter takes: tokens, whose weight halves with each half-life.
 *
 * @param <T> what is remembered of an adapter's last request
 */
final class Heat<T> {
    private static final int MOST_ADAPTERS = 4096;
    private final LongSupplier clock;
    private final double halfLife;
    private final Map<String, Fading> bases = new HashMap<>();
    private final Map<Key, Fading> adapters = new HashMap<>();
    private final Map<Key, T> last = new HashMap<>();

    /** An adapter on a base, both by their content. */
    record Key(String base, String adapter) {}

    /**
     * What an adapter takes of the work on its base.
     *
     * @param part of 1
     * @param rate tokens per second
     */
    record Share<T>(Key key, double part, double rate, T last) {}

    private static final class Fading {
        private double tokens;
        private long at;
    }

    /** @param clock nanoseconds that only ever grow */
    Heat(Duration halfLife, LongSupplier clock) {
        this.halfLife = halfLife.toNanos();
        this.clock = clock;
    }

    /** Counts tokens of the bare base. */
    synchronized void note(String base, int tokens) {
        add(bases.computeIfAbsent(base, any -> new Fading()), tokens);
    }

    /** Counts tokens of an adapter, which are its base's too. */
    synchronized void note(Key key, int tokens, T request) {
        note(key.base(), tokens);
        if (!adapters.containsKey(key) && adapters.size() >= MOST_ADAPTERS) {
            forgetCold();
        }
        // so many adapters at once that a further one cannot be hot
        if (adapters.containsKey(key) || adapters.size() < MOST_ADAPTERS) {
            add(adapters.computeIfAbsent(key, any -> new Fading()), tokens);
            last.put(key, request);
        }
    }

    private void add(Fading count, int tokens) {
        count.tokens = now(count) + tokens;
        count.at = clock.getAsLong();
    }

    private double now(Fading count) {
        return count.tokens * Math.pow(0.5, (clock.getAsLong() - count.at) / halfLife);
    }

    private void forgetCold() {
        adapters.values().removeIf(count -> now(count) < 1);
        last.keySet().retainAll(adapters.keySet());
        bases.values().removeIf(count -> now(count) < 1);
    }

    /** Of every adapter that was asked for lately. */
    synchronized List<Share<T>> shares() {
        forgetCold();
        var shares = new ArrayList<Share<T>>();
        adapters.forEach((key, count) -> {
            var base = bases.get(key.base());
            double tokens = now(count);
            // a steady stream of r tokens a second comes to r · halfLife / ln 2
            double rate = tokens * Math.log(2) / (halfLife / 1e9);
            shares.add(new Share<>(
                    key, base == null ? 0 : tokens / now(base), rate, Objects.requireNonNull(last.get(key))));
        });
        return shares;
    }
}
