package dev.tenon.serving.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Waiting requests, next that of the tenant which was served least, among its adapters likewise, and in order of arrival
 * for one adapter: the virtual token counters of Sheng et al. 2024 (Fairness in Serving Large Language Models) on two
 * levels. Whoever comes anew starts level with the least served, so that nobody saves up claims. For one thread.
 *
 * @param <T> what waits
 */
public final class FairQueue<T> {
    private final Map<String, Share<Map<String, Share<Deque<T>>>>> tenants = new HashMap<>();
    private int size;

    private static final class Share<Q> {
        final Q queue;
        double served;

        Share(Q queue, double served) {
            this.queue = queue;
            this.served = served;
        }
    }

    /** Puts one at the end of its lane. */
    public void add(String tenant, String adapter, T item) {
        lane(tenant, adapter).queue.addLast(item);
        size++;
    }

    /** Puts one that had been taken back to the front of its lane. */
    void putBack(String tenant, String adapter, T item) {
        lane(tenant, adapter).queue.addFirst(item);
        size++;
    }

    private Share<Deque<T>> lane(String tenant, String adapter) {
        var share = tenants.get(tenant);
        if (share == null) {
            share = new Share<>(new HashMap<>(), least(tenants));
            tenants.put(tenant, share);
        }
        var lanes = share.queue;
        return lanes.computeIfAbsent(adapter, any -> new Share<>(new ArrayDeque<>(), least(lanes)));
    }

    private static double least(Map<String, ? extends Share<?>> shares) {
        return shares.values().stream().mapToDouble(share -> share.served).min().orElse(0);
    }

    /** Counts tokens for a tenant and its adapter while they have anything waiting. */
    public void charge(String tenant, String adapter, double tokens) {
        var share = tenants.get(tenant);
        if (share != null) {
            share.served += tokens;
            var lane = share.queue.get(adapter);
            if (lane != null) {
                lane.served += tokens;
            }
        }
    }

    /** The first of every lane, the one whose turn it is first. */
    public List<T> heads() {
        var heads = new ArrayList<T>();
        sorted(tenants.values())
                .forEach(share -> sorted(share.queue.values()).forEach(lane -> heads.add(lane.queue.getFirst())));
        return heads;
    }

    private static <Q> List<Share<Q>> sorted(Iterable<Share<Q>> shares) {
        var all = new ArrayList<Share<Q>>();
        shares.forEach(all::add);
        all.sort(Comparator.comparingDouble(share -> share.served));
        return all;
    }

    /** Takes one out, wherever it stands in its lane. */
    public void remove(String tenant, String adapter, T item) {
        var share = Objects.requireNonNull(tenants.get(tenant));
        var lane = Objects.requireNonNull(share.queue.get(adapter));
        if (lane.queue.remove(item)) {
            size--;
        }
        if (lane.queue.isEmpty()) {
            share.queue.remove(adapter);
        }
        if (share.queue.isEmpty()) {
            tenants.remove(tenant);
        }
    }

    /** Takes out, and returns, those of which something is true. */
    List<T> take(Predicate<T> gone) {
        var taken = new ArrayList<T>();
        tenants.values().removeIf(tenant -> {
            tenant.queue.values().removeIf(lane -> {
                for (var all = lane.queue.iterator(); all.hasNext(); ) {
                    T item = all.next();
                    if (gone.test(item)) {
                        all.remove();
                        taken.add(item);
                    }
                }
                return lane.queue.isEmpty();
            });
            return tenant.queue.isEmpty();
        });
        size -= taken.size();
        return taken;
    }

    /** All that wait, in no order. */
    public List<T> all() {
        return tenants.values().stream()
                .flatMap(share -> share.queue.values().stream())
                .flatMap(lane -> lane.queue.stream())
                .toList();
    }

    public int size() {
        return size;
    }
}
