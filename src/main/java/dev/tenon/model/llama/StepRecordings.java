package dev.tenon.model.llama;

import dev.tenon.model.KvCache;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Recording;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Recordings of steps that are the same again and again but for their numbers. A kind of step is recorded when it has been
 * seen often enough; the least recently used is dropped.
 */
final class StepRecordings implements AutoCloseable {
    private static final int MOST = 256;
    private static final int MOST_COUNTED = 1024;

    /** @param same what steps have in common that a recording can stand for */
    private record Kind(KvCache cache, Object same) {}

    private record Recorded(Scope memory, Tensor numbers, Recording recording) implements AutoCloseable {
        @Override
        public void close() {
            recording.close();
            memory.close();
        }
    }

    private final Device device;
    private final int sight;
    private final Map<Kind, Integer> seen = new LinkedHashMap<>();
    private final Map<Kind, Recorded> recorded = new LinkedHashMap<>();
    private final Map<KvCache, Runnable> ending = new HashMap<>();

    /** @param sight how often a kind is met when it is recorded */
    StepRecordings(Device device, int sight) {
        this.device = device;
        this.sight = sight;
    }

    /**
     * The table width to which a step of this width is brought, so that few kinds cover all lengths: at most a quarter more
     * than is needed, from sixteen pages on.
     */
    static int width(int pages) {
        int grain = Math.max(4, Integer.highestOneBit(Math.max(1, pages - 1)) / 4);
        return (pages + grain - 1) / grain * grain;
    }

    /**
     * The result of a recorded step, which the next one overwrites; null for a kind that was not seen often enough yet, and
     * where nothing can be recorded.
     *
     * @param same what the steps of a kind have in common, compared by {@code equals}
     * @param numbers all that differs from step to step, equally many for a kind
     * @param step the work on these numbers, once on the device
     */
    @Nullable
    Tensor play(KvCache cache, Object same, long[] numbers, Function<Tensor, Tensor> step) {
        if (!Recording.isPossible(device)) {
            return null;
        }
        var kind = new Kind(cache, same);
        var known = recorded.remove(kind);
        if (known == null) {
            if (seen.merge(kind, 1, Integer::sum) < sight) {
                if (seen.size() > MOST_COUNTED) {
                    seen.remove(seen.keySet().iterator().next());
                }
                return null;
            }
            seen.remove(kind);
            known = record(numbers, step);
            if (known == null) {
                return null;
            }
            dropOldest();
            endWith(cache);
        }
        recorded.put(kind, known); // the most recent comes last
        known.numbers().copyFrom(Tensors.of(numbers, numbers.length));
        return known.recording().play();
    }

    private @Nullable Recorded record(long[] numbers, Function<Tensor, Tensor> step) {
        var memory = Scope.detached();
        var place = memory.own(Tensors.of(numbers, device, numbers.length));
        var recording = Recording.of(device, () -> step.apply(place));
        if (recording == null) {
            memory.close();
            return null;
        }
        return new Recorded(memory, place, recording);
    }

    /** Recordings of a cache end with it. */
    private void endWith(KvCache cache) {
        ending.computeIfAbsent(cache, any -> {
            Runnable end = () -> forget(cache);
            cache.beforeClosing(end);
            return end;
        });
    }

    private void forget(KvCache cache) {
        ending.remove(cache);
        seen.keySet().removeIf(kind -> kind.cache() == cache);
        recorded.entrySet().removeIf(one -> {
            boolean own = one.getKey().cache() == cache;
            if (own) {
                one.getValue().close();
            }
            return own;
        });
    }

    private void dropOldest() {
        if (recorded.size() >= MOST) {
            var oldest = recorded.keySet().iterator().next();
            var dropped = recorded.remove(oldest);
            if (dropped != null) {
                dropped.close();
            }
        }
    }

    @Override
    public void close() {
        ending.forEach(KvCache::notBeforeClosing);
        ending.clear();
        recorded.values().forEach(Recorded::close);
        recorded.clear();
        seen.clear();
    }
}
