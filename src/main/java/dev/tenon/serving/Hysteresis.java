package dev.tenon.serving;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which adapters are hot: above a share and a rate for a while and, once they are, not under a lower share for a while. What
 * goes up and down in between changes nothing. For one thread.
 */
final class Hysteresis {
    private final HeatSettings settings;
    private final Set<Heat.Key> hot = new HashSet<>();
    /** Since when what would change an adapter's state has been so. */
    private final Map<Heat.Key, Long> since = new HashMap<>();

    Hysteresis(HeatSettings settings) {
        this.settings = settings;
    }

    /**
     * Looks at the shares of a moment.
     *
     * @param now nanoseconds that only ever grow
     * @return all that are hot from now on
     */
    Set<Heat.Key> look(List<? extends Heat.Share<?>> shares, long now) {
        var turning = new HashSet<Heat.Key>();
        var unseen = new HashSet<>(hot);
        for (var share : shares) {
            unseen.remove(share.key());
            boolean turns = hot.contains(share.key())
                    ? share.part() < settings.below() || share.rate() < settings.rate() / 2
                    : share.part() >= settings.above() && share.rate() >= settings.rate();
            if (turns) {
                turning.add(share.key());
            }
        }
        turning.addAll(unseen);
        since.keySet().retainAll(turning);
        for (var key : turning) {
            if (now - since.computeIfAbsent(key, any -> now)
                    >= settings.steady().toNanos()) {
                since.remove(key);
                turn(key);
            }
        }
        return Set.copyOf(hot);
    }

    private void turn(Heat.Key key) {
        if (!hot.remove(key)) {
            hot.add(key);
        }
    }

    /** It must show anew that it is hot. */
    void forget(Heat.Key key) {
        hot.remove(key);
        since.remove(key);
    }
}
